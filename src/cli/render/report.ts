import type { BackupSummary, StepReport } from '../../core/report.ts';
import type { Answer } from '../../mcp/define-tool.ts';
import type { Colors } from '../screen.ts';
import { paintStatus } from './severity.ts';
import { Painted, table } from './table.ts';
import { bytes, clean, count, duration } from './text.ts';

/** How a run ended: every step, the backup, and what was found when looking again. */
export function renderReport(answer: Answer, colors: Colors): string | undefined {
  const steps = answer.steps as readonly StepReport[] | undefined;
  if (!steps || steps.length === 0 || steps[0]?.status === undefined) return undefined;
  const lines = [
    '',
    `${paintStatus(answer.outcome, colors)(colors.bold(answer.outcome))}  ${colors.dim(clean(answer.runId))}`,
    table(
      ['step', 'status', 'took'],
      steps.map((step) => [step.title, new Painted(step.status, paintStatus(step.status, colors)), duration(step.ms)]),
      colors,
    ),
  ];
  for (const step of steps)
    if (step.message !== undefined) lines.push(`  ${clean(step.title, 80)}: ${clean(step.message)}`);
  if (answer.backup) lines.push(renderBackup(answer.backup as BackupSummary, colors));
  const verified = answer.verified as { schema?: boolean; history?: boolean } | undefined;
  if (verified)
    lines.push(
      `Looked again: schema ${asExpected(verified.schema, colors)}, history ${asExpected(verified.history, colors)}`,
    );
  return lines.join('\n');
}

/** Only what was restored and compared is called proven. */
export function renderBackup(backup: BackupSummary, colors: Colors): string {
  const proven =
    backup.verified === 'restored'
      ? colors.green('proven: restored elsewhere and compared equal')
      : colors.yellow(backup.verified === 'read' ? 'read to its end, not restored' : 'NOT proven');
  return [
    `Backup ${colors.bold(clean(backup.id))}  ${proven}`,
    `  ${count(backup.rows, 'row')} in ${count(backup.tables, 'table')}, ${bytes(backup.bytes)}, took ${duration(backup.tookMs)}`,
    `  ${colors.dim(clean(backup.location, 400))}`,
  ].join('\n');
}

function asExpected(found: boolean | undefined, colors: Colors): string {
  return found === true ? colors.green('as expected') : colors.red('NOT as expected');
}
