import { LockkeeperError } from '../core/errors.ts';
import type { MigrationToolId } from '../core/ids.ts';
import type { MigrationTool } from '../core/migration-tool.ts';
import { plain } from '../core/untrusted.ts';

/** One line per migration tool that is driven, loaded when a project of its kind is met. Those that are only detected stand in detectors.ts. */
const DRIVEN: Partial<Record<MigrationToolId, () => Promise<MigrationTool>>> = {
  'raw-sql': async () => (await import('./raw-sql/index.ts')).rawSql,
};

/** Throws TOOL.NOT_DRIVEN for a migration tool that is known and not driven yet. */
export async function toolFor(id: MigrationToolId): Promise<MigrationTool> {
  const load = DRIVEN[id];
  if (load) return load();
  throw new LockkeeperError(
    'TOOL.NOT_DRIVEN',
    `This is a ${plain(id)} project. This version of lockkeeper finds and names it, but drives only ${Object.keys(DRIVEN).join(', ')}. Nothing was run.`,
    {
      next: [
        { kind: 'call-tool', label: 'Have the SQL of its migrations judged all the same', tool: 'analyzeMigration' },
      ],
    },
  );
}
