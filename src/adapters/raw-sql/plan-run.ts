import { LockkeeperError } from '../../core/errors.ts';
import type { Context, MigrationProblem, OperationRequest } from '../../core/migration-tool.ts';
import type { Draft } from '../../core/plan.ts';
import type { Statement } from '../../core/statement.ts';
import { plain } from '../../core/untrusted.ts';
import {
  forget,
  type History,
  prepareHistory,
  recordBaseline,
  recordEnd,
  recordStart,
  setChecksum,
  setState,
} from './history.ts';
import type { Half, MigrationFile } from './migration-files.ts';
import { isOutOfOrder, latestApplied, readStanding, type Standing } from './status.ts';

/** Who is written into the history: the tool, not the person, whom the audit trail names. */
const BY = 'lockkeeper';

/** Pending migrations, each in a transaction of its own with its line in the history. */
export async function planRun(request: OperationRequest, context: Context): Promise<readonly Draft[]> {
  const standing = await readStanding(context);
  refuseOn(standing.problems, ['failed', 'edited', 'multiple-heads']);
  const chosen = choose(standing, request);
  if (chosen.length === 0) return [];
  const drafts = await Promise.all(chosen.map((migration) => draftUp(migration, standing.history, context)));
  return [...prepare(standing.history, context), ...drafts];
}

/** Applied migrations taken back, newest first. Those without a DOWN half are refused, and the backup is the way back. */
export async function planRollback(request: OperationRequest, context: Context): Promise<readonly Draft[]> {
  const standing = await readStanding(context);
  refuseOn(standing.problems, ['failed']);
  const files = new Map(standing.folder.migrations.map((migration) => [migration.id, migration]));
  const applied = [...standing.history.rows].reverse();
  const until = request.to === undefined ? undefined : applied.findIndex((row) => row.id === request.to);
  if (until === -1)
    throw new LockkeeperError(
      'MIGRATION.UNKNOWN',
      `${plain(request.to ?? '')} is not among the applied migrations, so there is nothing to go back to. Nothing was changed.`,
    );
  const rows = applied.slice(0, until ?? request.steps ?? 1);
  const drafts: Draft[] = [];
  for (const row of rows) {
    if (row.state === 'baseline')
      throw new LockkeeperError(
        'MIGRATION.IRREVERSIBLE',
        `${plain(row.id)} was recorded as a baseline, not run here, so taking it back would drop what it did not make. Nothing was changed.`,
      );
    const migration = files.get(row.id);
    if (!migration)
      throw new LockkeeperError(
        'MIGRATION.MISSING',
        `${plain(row.id)} is applied but its file is gone, so it cannot be taken back. Nothing was changed. Bring the file back, or restore a backup.`,
      );
    if (!migration.down || (await context.engine.split(migration.down.text)).length === 0)
      throw new LockkeeperError(
        'MIGRATION.IRREVERSIBLE',
        `${plain(migration.file)} has no DOWN half, so ${plain(row.id)} cannot be taken back by running SQL. Nothing was changed.`,
        {
          next: [
            { kind: 'edit-file', label: `Write the DOWN half of ${plain(migration.file)}` },
            {
              kind: 'call-tool',
              label: 'See which backups could be restored instead',
              tool: 'backup',
              args: { action: 'list' },
            },
          ],
        },
      );
    drafts.push(await draftDown(migration, migration.down, row.filename, standing.history, context));
  }
  return drafts.length === 0 ? [] : [...prepare(standing.history, context), ...drafts];
}

/** Declares migrations up to `to` (all, where it is left out) to be what the database already holds. */
export async function planBaseline(request: OperationRequest, context: Context): Promise<readonly Draft[]> {
  const standing = await readStanding(context);
  refuseOn(standing.problems, ['failed', 'multiple-heads']);
  const last =
    request.to === undefined ? standing.pending.length - 1 : standing.pending.findIndex((one) => one.id === request.to);
  if (request.to !== undefined && last < 0)
    throw new LockkeeperError(
      'MIGRATION.UNKNOWN',
      `${plain(request.to)} is not a pending migration. Nothing was recorded.`,
    );
  const chosen = standing.pending.slice(0, last + 1);
  if (chosen.length === 0) return [];
  const statements = chosen.map((migration) =>
    recordBaseline(standing.history, context.engine.id, {
      filename: fileName(migration),
      checksum: migration.checksum,
      by: BY,
    }),
  );
  return [
    ...prepare(standing.history, context),
    {
      title: `Record ${chosen.length} migrations as already there, up to ${plain(chosen.at(-1)?.id ?? '')}`,
      action: { kind: 'statements', statements, transaction: true },
      statements,
      reads: chosen.map((migration) => migration.file),
    },
  ];
}

/** Puts the history right after a migration stopped half-way or its file was edited; never touches anything but the history. */
export async function planRecover(request: OperationRequest, context: Context): Promise<readonly Draft[]> {
  const standing = await readStanding(context);
  const wrong = standing.problems.filter((problem) => problem.kind === 'failed' || problem.kind === 'edited');
  if (wrong.length === 0) return [];
  const id = request.to ?? (wrong.length === 1 ? wrong[0]?.migration : undefined);
  const problem = wrong.find((one) => one.migration === id);
  const row = standing.history.rows.find((one) => one.id === id);
  if (!problem || !row)
    throw new LockkeeperError(
      'INPUT.INVALID',
      `Say in "to" which migration to recover: ${wrong.map((one) => plain(one.migration ?? '')).join(', ')}.`,
    );
  const mark = request.change?.mark;
  if (mark !== 'applied' && mark !== 'rolled-back')
    throw new LockkeeperError(
      'INPUT.INVALID',
      `Say in "change" how ${plain(row.id)} stands after you looked: {"mark":"applied"} or {"mark":"rolled-back"}.`,
      { next: problem.next },
    );
  if (mark === 'rolled-back' && problem.kind === 'edited')
    throw new LockkeeperError(
      'INPUT.INVALID',
      `${plain(row.id)} is applied and only its file was edited; "rolled-back" would make it run a second time. Use {"mark":"applied"} or put the old text back.`,
    );
  const file = standing.folder.migrations.find((migration) => migration.id === row.id);
  const statements =
    mark === 'rolled-back'
      ? [forget(standing.history, context.engine.id, row.filename)]
      : [
          setState(standing.history, context.engine.id, row.filename, 'applied'),
          ...(file ? [setChecksum(standing.history, context.engine.id, row.filename, file.checksum)] : []),
        ];
  return [
    {
      title: `Mark ${plain(row.id)} as ${mark === 'applied' ? 'applied as its file stands' : 'not applied'}`,
      action: { kind: 'statements', statements, transaction: true },
      statements,
      reads: file ? [file.file] : [],
    },
  ];
}

async function draftUp(migration: MigrationFile, history: History, context: Context): Promise<Draft> {
  const engine = context.engine.id;
  const filename = fileName(migration);
  const statements = await statementsOf(migration.up, context);
  return {
    title: `Apply ${plain(migration.id)}`,
    action: {
      kind: 'statements',
      statements: [
        recordStart(history, engine, { filename, checksum: migration.checksum, by: BY }),
        ...statements.map((statement) => statement.sql),
        recordEnd(history, engine, filename),
      ],
      transaction: migration.up.transaction,
    },
    ...seen(migration.up, statements),
    reads: [migration.file],
    migration: { id: migration.id, direction: 'up' },
  };
}

async function draftDown(
  migration: MigrationFile,
  down: Half,
  filename: string,
  history: History,
  context: Context,
): Promise<Draft> {
  const engine = context.engine.id;
  const statements = await statementsOf(down, context);
  // Without a transaction a half-way stop must show, so the row says `running` until the last statement is through.
  const begin = down.transaction ? [] : [setState(history, engine, filename, 'running')];
  return {
    title: `Take back ${plain(migration.id)}`,
    action: {
      kind: 'statements',
      statements: [...begin, ...statements.map((statement) => statement.sql), forget(history, engine, filename)],
      transaction: down.transaction,
    },
    ...seen(down, statements),
    reads: [down.file],
    migration: { id: migration.id, direction: 'down' },
  };
}

function seen(half: Half, statements: readonly Statement[]): Pick<Draft, 'statements' | 'locations'> {
  return {
    statements: statements.map((statement) => statement.sql),
    locations: statements.map((statement) => ({ file: half.file, line: statement.line + half.lineOffset })),
  };
}

async function statementsOf(half: Half, { engine }: Context): Promise<readonly Statement[]> {
  let statements: readonly Statement[];
  try {
    statements = await engine.split(half.text);
  } catch (error) {
    if (error instanceof LockkeeperError)
      throw new LockkeeperError(error.code, `${plain(half.file)}: ${error.message}`, {
        next: error.next,
        cause: error,
      });
    throw error;
  }
  const own = half.transaction ? statements.find((statement) => ENDS_TRANSACTION.test(statement.sql)) : undefined;
  if (own)
    throw new LockkeeperError(
      'MIGRATION.INVALID',
      `${plain(half.file)} line ${own.line + half.lineOffset} controls the transaction itself (${plain(own.sql, 40)}), but each migration already runs in one; its COMMIT would end ours half-way. Nothing was run.`,
      {
        next: [
          { kind: 'edit-file', label: 'Take BEGIN and COMMIT out, or add the line "-- lockkeeper: no-transaction"' },
        ],
      },
    );
  return statements;
}

const ENDS_TRANSACTION =
  /^(begin|commit|end|abort|start\s+transaction|prepare\s+transaction|rollback(?!\s+(work\s+|transaction\s+)?to\b))\b/i;

function prepare(history: History, context: Context): readonly Draft[] {
  const statements = prepareHistory(history, context.engine.id);
  if (statements.length === 0) return [];
  const title = history.exists ? 'Bring the history table up to date, keeping its rows' : 'Create the history table';
  return [{ title, action: { kind: 'statements', statements, transaction: true }, statements, reads: [] }];
}

function choose(standing: Standing, request: OperationRequest): readonly MigrationFile[] {
  const latest = latestApplied(standing);
  const late = standing.pending.filter((migration) => isOutOfOrder(migration, latest));
  if (request.to !== undefined) {
    const at = standing.pending.findIndex((migration) => migration.id === request.to);
    const named = standing.pending[at];
    if (!named) {
      if (standing.history.rows.some((row) => row.id === request.to)) return [];
      throw new LockkeeperError(
        'MIGRATION.UNKNOWN',
        `There is no migration ${plain(request.to)} in ${plain(standing.folder.migrations[0]?.file.replace(/[^/]*$/, '') ?? 'the folder')}. Nothing was run.`,
      );
    }
    // Named by itself, a late one is run by itself: that is the way to say that it was looked at.
    if (late.includes(named)) return [named];
    if (late.length === 0) return standing.pending.slice(0, at + 1);
  }
  if (late.length > 0) refuseOn(standing.problems, ['out-of-order']);
  return request.steps === undefined ? standing.pending : standing.pending.slice(0, request.steps);
}

const CODES = {
  failed: 'MIGRATION.FAILED_BEFORE',
  edited: 'MIGRATION.EDITED',
  'out-of-order': 'MIGRATION.OUT_OF_ORDER',
  'multiple-heads': 'MIGRATION.INVALID',
} as const;

function refuseOn(problems: readonly MigrationProblem[], kinds: readonly (keyof typeof CODES)[]): void {
  for (const kind of kinds) {
    const problem = problems.find((one) => one.kind === kind);
    if (problem) throw new LockkeeperError(CODES[kind], `${problem.message} Nothing was run.`, { next: problem.next });
  }
}

function fileName(migration: MigrationFile): string {
  return migration.file.slice(migration.file.lastIndexOf('/') + 1);
}
