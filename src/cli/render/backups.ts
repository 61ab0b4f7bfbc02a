import type { BackupSummary } from '../../core/report.ts';
import type { Answer } from '../../mcp/define-tool.ts';
import type { Colors } from '../screen.ts';
import { renderBackup } from './report.ts';
import { paintStatus } from './severity.ts';
import { Painted, table } from './table.ts';
import { bytes } from './text.ts';

export function renderBackups(answer: Answer, colors: Colors): string | undefined {
  if (answer.backup) return renderBackup(answer.backup as BackupSummary, colors);
  const backups = answer.backups as readonly (BackupSummary & { environment?: string })[] | undefined;
  if (!backups) return undefined;
  if (backups.length === 0) return 'There are no backups in this workspace.';
  const rows = backups.map((one) => [
    one.id,
    one.environment,
    one.takenAt,
    bytes(one.bytes),
    one.rows,
    new Painted(one.verified, paintStatus(one.verified, colors)),
  ]);
  return table(['backup', 'environment', 'taken', 'size', 'rows', 'proven'], rows, colors);
}
