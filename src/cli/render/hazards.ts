import type { Colors } from '../screen.ts';
import { paintRisk } from './severity.ts';
import { clean, cleanLines, indent } from './text.ts';

/** A hazard or a finding, as a plan or an answer has it. */
export interface ShownHazard {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly evidence?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly saferWay?: readonly string[] | undefined;
}

export function renderHazard(hazard: ShownHazard, colors: Colors, by = '  '): string {
  const paint = paintRisk(hazard.severity, colors);
  const place = hazard.file === undefined ? '' : `  ${colors.dim(placeOf(hazard))}`;
  const known = hazard.evidence === 'rehearsal' ? colors.dim(' (seen in a rehearsal)') : '';
  const lines = [
    `${paint(`▲ ${clean(hazard.severity)}`)} ${colors.bold(clean(hazard.rule, 80))}${place}`,
    `  ${clean(hazard.message)}${known}`,
  ];
  if (hazard.saferWay && hazard.saferWay.length > 0) {
    lines.push(`  ${colors.green('Safer:')}`);
    for (const statement of hazard.saferWay) lines.push(...cleanLines(statement).map((line) => `    ${line}`));
  }
  return indent(lines, by);
}

export function placeOf({ file, line }: Pick<ShownHazard, 'file' | 'line'>): string {
  return `${clean(file, 300)}${line === undefined ? '' : `:${line}`}`;
}

/** SQL, whole unless a number of lines is given: what a person agrees to must not end in an ellipsis. */
export function renderSql(sql: string, colors: Colors, by: string, lines = Number.POSITIVE_INFINITY): string {
  const all = cleanLines(sql).filter((line) => line.trim() !== '');
  const rest = all.length - lines;
  const shown = rest > 0 ? [...all.slice(0, lines), `… ${rest} more lines`] : all;
  return indent(shown.map(colors.cyan), by);
}
