import type { Answer } from '../../mcp/define-tool.ts';
import type { Colors } from '../screen.ts';
import { renderHazard, type ShownHazard } from './hazards.ts';
import { clean, cleanLines, indent } from './text.ts';

const REVERSIBLE: Readonly<Record<string, string>> = {
  yes: 'it can be taken back',
  'schema-only': 'the schema can be taken back, the data cannot',
  no: 'it cannot be taken back by SQL',
};

interface Deploy {
  readonly step: number;
  readonly title: string;
  readonly files?: readonly unknown[];
  readonly code?: string;
}

export function renderGenerated(answer: Answer, colors: Colors): string | undefined {
  const files = answer.files as readonly { path: string }[] | undefined;
  if (!files) return undefined;
  const lines = files.map((file) => `${colors.green('wrote')} ${clean(file.path, 400)}`);
  const reversible = REVERSIBLE[String(answer.reversible)];
  if (reversible !== undefined) lines.push(`Way back: ${reversible}.`);
  for (const hazard of (answer.hazards ?? []) as readonly ShownHazard[]) lines.push(renderHazard(hazard, colors));
  for (const deploy of (answer.deploys ?? []) as readonly Deploy[]) {
    lines.push(`${colors.bold(`Deploy ${deploy.step}`)} ${clean(deploy.title)}`);
    if (deploy.code !== undefined) lines.push(indent(cleanLines(deploy.code), '    '));
  }
  return lines.join('\n');
}
