import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { LockkeeperError } from '../core/errors.ts';

export type Value = string | number | null;

/** The file in which lockkeeper keeps its own records. Synchronous: a record is on its way to disk before the next line runs. */
export interface StateDatabase {
  run(sql: string, ...values: readonly Value[]): number;
  all(sql: string, ...values: readonly Value[]): readonly Readonly<Record<string, Value>>[];
  /** All or nothing, alone among all processes on this workspace. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Opens `folder/state.sqlite`, making the folder (0700, with a .gitignore of its own) and the tables where they are missing. */
export async function openStateDatabase(folder: string, tables: string): Promise<StateDatabase> {
  const { default: Sqlite } = await import('better-sqlite3');
  let database: Database;
  try {
    makeFolder(folder);
    ignoreInGit(folder);
    database = new Sqlite(join(folder, 'state.sqlite'), { timeout: 10_000 });
    database.pragma('journal_mode = WAL');
    // NORMAL in WAL survives the death of any process; after a power cut the newest rows may be missing, never torn ones.
    database.pragma('synchronous = NORMAL');
    database.exec(tables);
  } catch (error) {
    throw unusable(folder, error);
  }
  const prepared = new Map<string, ReturnType<Database['prepare']>>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof LockkeeperError || !isSqliteError(error)) throw error;
      throw unusable(folder, error);
    }
  };
  return {
    run: (sql, ...values) => guard(() => prepare(sql).run(...values).changes),
    all: (sql, ...values) => guard(() => prepare(sql).all(...values) as Readonly<Record<string, Value>>[]),
    transaction: (work) => guard(() => database.transaction(work).immediate()),
    close: () => database.close(),
  };
}

/** Not `recursive`: on a read-only disk Node then says that something is missing (ENOENT) instead of EROFS. The workspace is there. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function ignoreInGit(folder: string): void {
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isSqliteError(error: unknown): error is { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}

function unusable(folder: string, error: unknown): LockkeeperError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC')
    return new LockkeeperError(
      'DISK.FULL',
      `The disk that holds ${folder} is full, so nothing can be recorded and nothing was begun. Free some space and try again.`,
      { cause: error },
    );
  if (code === 'SQLITE_READONLY' || code === 'EROFS' || code === 'EACCES' || code === 'SQLITE_CANTOPEN')
    return new LockkeeperError(
      'WORKSPACE.READ_ONLY',
      `lockkeeper cannot write its records into ${folder} (${code}), and runs nothing that it cannot record. Make the folder writable.`,
      { cause: error },
    );
  return new LockkeeperError(
    'STATE.UNUSABLE',
    `lockkeeper's records in ${folder} cannot be used (${code}). No database was touched. Move the folder aside to start with new records; backups in it stay usable.`,
    { cause: error },
  );
}
