import type { Colors } from '../screen.ts';

/** The colour of a risk or a severity; the word itself always stands there too. */
export function paintRisk(risk: string, colors: Colors): (text: string) => string {
  if (risk === 'danger' || risk === 'dangerous' || risk === 'forbidden') return (text) => colors.red(colors.bold(text));
  if (risk === 'caution') return colors.yellow;
  return risk === 'safe' ? colors.green : colors.dim;
}

export function paintStatus(status: string, colors: Colors): (text: string) => string {
  if (status === 'applied' || status === 'done' || status === 'restored') return colors.green;
  if (status === 'failed' || status === 'refused') return colors.red;
  return status === 'in-doubt' || status === 'needs-approval' ? colors.yellow : colors.dim;
}
