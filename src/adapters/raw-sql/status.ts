import type { Context, MigrationProblem, MigrationStatus } from '../../core/migration-tool.ts';
import { plain } from '../../core/untrusted.ts';
import { type History, type HistoryRow, readHistory } from './history.ts';
import { byVersion, type MigrationFile, type MigrationFolder, readMigrationFolder } from './migration-files.ts';

/** Folder and history side by side: what everything else is decided from. */
export interface Standing {
  readonly folder: MigrationFolder;
  readonly history: History;
  readonly pending: readonly MigrationFile[];
  readonly problems: readonly MigrationProblem[];
}

export async function readStatus(context: Context): Promise<MigrationStatus> {
  const { history, pending, problems } = await readStanding(context);
  return {
    applied: history.rows
      .filter((row) => row.state !== 'running')
      .map((row) => ({ id: row.id, ...(row.appliedAt !== undefined && { appliedAt: row.appliedAt }) })),
    pending: pending.map(({ id, file }) => ({ id, file })),
    problems,
  };
}

export async function readStanding(context: Context): Promise<Standing> {
  const folder = await readMigrationFolder(context.reader, context.project.migrationsDir);
  const history = await readHistory(context);
  const recorded = new Map(history.rows.map((row) => [row.id, row]));
  const pending = folder.migrations.filter((migration) => !recorded.has(migration.id));
  return { folder, history, pending, problems: findProblems(folder, history.rows, recorded, pending) };
}

function findProblems(
  folder: MigrationFolder,
  rows: readonly HistoryRow[],
  recorded: ReadonlyMap<string, HistoryRow>,
  pending: readonly MigrationFile[],
): readonly MigrationProblem[] {
  const onDisk = new Map(folder.migrations.map((migration) => [migration.id, migration]));
  return [
    ...rows.filter((row) => row.state === 'running').map(stoppedHalfWay),
    ...folder.migrations.filter((migration) => isEdited(migration, recorded.get(migration.id))).map(edited),
    ...rows.filter((row) => !onDisk.has(row.id)).map(missing),
    ...outOfOrder(pending, folder.migrations, recorded),
    // Once both are applied their order no longer matters.
    ...folder.clashes.filter(({ files }) => files.some((file) => pending.some((one) => one.file === file))).map(clash),
    ...folder.unnumbered.map(unnumbered),
  ];
}

/** Pending although a later one is applied. */
export function isOutOfOrder(migration: MigrationFile, latestApplied: MigrationFile | undefined): boolean {
  return latestApplied !== undefined && byVersion(migration.version, latestApplied.version) < 0;
}

export function latestApplied(standing: Pick<Standing, 'folder' | 'history'>): MigrationFile | undefined {
  const recorded = new Set(standing.history.rows.map((row) => row.id));
  return standing.folder.migrations.findLast((migration) => recorded.has(migration.id));
}

function isEdited(migration: MigrationFile, row: HistoryRow | undefined): boolean {
  return row?.checksum !== undefined && row.checksum !== migration.checksum;
}

function outOfOrder(
  pending: readonly MigrationFile[],
  all: readonly MigrationFile[],
  recorded: ReadonlyMap<string, HistoryRow>,
): MigrationProblem[] {
  const latest = all.findLast((migration) => recorded.has(migration.id));
  return pending
    .filter((migration) => isOutOfOrder(migration, latest))
    .map((migration) => ({
      kind: 'out-of-order',
      migration: migration.id,
      message: `${plain(migration.id)} is not applied, but the later ${plain(latest?.id ?? '')} is. It was written against an older schema than the one it would now run on.`,
      next: [
        {
          kind: 'edit-file',
          label: `Give ${plain(migration.file)} a number after ${plain(latest?.id ?? '')}, if it should run after it`,
        },
        {
          kind: 'call-tool',
          label: 'Run it where it stands, after checking that it fits',
          tool: 'planOperation',
          args: { operation: 'run', to: migration.id },
        },
      ],
    }));
}

function stoppedHalfWay(row: HistoryRow): MigrationProblem {
  return {
    kind: 'failed',
    migration: row.id,
    message: `${plain(row.id)} began outside a transaction and never ended: some of its statements may have taken effect. Compare the schema with the file before anything else runs.`,
    next: [
      {
        kind: 'call-tool',
        label: 'Once what it left is taken away, mark it as not applied so that it can run again',
        tool: 'planOperation',
        args: { operation: 'recover', to: row.id, change: { mark: 'rolled-back' } },
      },
      {
        kind: 'call-tool',
        label: 'Once what it lacks is done by hand, mark it as applied',
        tool: 'planOperation',
        args: { operation: 'recover', to: row.id, change: { mark: 'applied' } },
      },
    ],
  };
}

function edited(migration: MigrationFile): MigrationProblem {
  return {
    kind: 'edited',
    migration: migration.id,
    message: `${plain(migration.file)} was changed after it had been applied. The database holds what the old text did.`,
    next: [
      {
        kind: 'edit-file',
        label: `Put the old text of ${plain(migration.file)} back and write the change as a new migration`,
      },
      {
        kind: 'call-tool',
        label: 'If the change does not matter (a comment), accept the new text',
        tool: 'planOperation',
        args: { operation: 'recover', to: migration.id, change: { mark: 'applied' } },
      },
    ],
  };
}

function missing(row: HistoryRow): MigrationProblem {
  return {
    kind: 'missing',
    migration: row.id,
    message: `${plain(row.id)} is applied in the database and not in the folder. It can be neither checked nor rolled back.`,
    next: [{ kind: 'edit-file', label: `Bring the file of ${plain(row.id)} back (another branch may have it)` }],
  };
}

function clash({ version, files }: MigrationFolder['clashes'][number]): MigrationProblem {
  return {
    kind: 'multiple-heads',
    message: `${files.map((file) => plain(file)).join(' and ')} have the same number ${version}, so which runs first is not decided.`,
    next: [{ kind: 'edit-file', label: 'Give one of them a later number' }],
  };
}

function unnumbered(name: string): MigrationProblem {
  return {
    kind: 'unmanaged',
    message: `${plain(name)} has no number in front, so its place in the order is unknown. It is never run.`,
    next: [{ kind: 'edit-file', label: 'Put a number in front of its name, or move it out of the folder' }],
  };
}
