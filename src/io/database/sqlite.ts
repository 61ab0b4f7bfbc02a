import { open } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import { LockkeeperError } from '../../core/errors.ts';
import type { Row, Session, SessionOptions } from '../../core/ports.ts';
import { fileError } from '../file-errors.ts';
import type { Secret } from '../secret.ts';
import { isBusy, lookingOnly, openingError, sqliteError } from './sqlite-errors.ts';
import { sqliteFile } from './sqlite-file.ts';
import { openToLook } from './sqlite-read-only.ts';
import { leavesTheFile, STAYS_INSIDE } from './sqlite-stays-inside.ts';

const SETTINGS = ['PRAGMA foreign_keys = OFF', 'PRAGMA synchronous = FULL'];
const LOCK_WAIT_MS = 5_000;
const BETWEEN_TRIES_MS = 20;
const BATCH_ROWS = 1_000;
/** Batches of wide rows are cut earlier. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Opens one connection to a SQLite file.
 *
 * The settings are those of the `sqlite3` shell and not of better-sqlite3, so that a migration does here what it does elsewhere:
 * foreign_keys is OFF unless the file sets it (better-sqlite3 turns it on, and dropping a parent table in the usual table rebuild
 * would then delete its children's rows: lang_altertable.html, section 7), and synchronous is FULL in WAL mode too.
 * Everything runs in this process and cannot be interrupted, so `statementMs` has no effect.
 */
export async function openSqlite(
  reached: { readonly url: Secret; readonly root: string },
  options: SessionOptions = {},
): Promise<SqliteSession> {
  const path = sqliteFile(reached);
  const lockWaitMs = Math.max(0, options.lockWaitMs ?? LOCK_WAIT_MS);
  if (options.create && !options.readOnly) await createFile(path);
  let session: SqliteSession | undefined;
  try {
    const opened = options.readOnly ? await openToLook(path) : await openToWrite(path);
    session = new SqliteSession(opened.database, { ...opened, path, readOnly: options.readOnly ?? false, lockWaitMs });
    for (const setting of options.readOnly ? [] : SETTINGS) await session.execute(setting);
    // Reading the schema shows at once whether this is a database; a file of zero bytes is an empty one.
    await session.query('SELECT count(*) FROM sqlite_schema');
    return session;
  } catch (error) {
    await session?.close();
    throw openingError(error, path);
  }
}

async function openToWrite(path: string): Promise<{ readonly database: Database }> {
  const { default: Sqlite } = await import('better-sqlite3');
  return { database: new Sqlite(path, { fileMustExist: true, timeout: 0 }) };
}

async function createFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(error, path, 'No database was made.');
  }
}

interface Opened {
  readonly path: string;
  readonly readOnly: boolean;
  readonly lockWaitMs: number;
  /** What is left to do once the connection is closed. */
  readonly closed?: () => void;
}

/** A connection to a SQLite file. Locks are waited for between the statements, so that this process stays awake meanwhile. */
export class SqliteSession implements Session {
  readonly engine = 'sqlite';
  readonly #database: Database;
  readonly #opened: Opened;
  #cancelled = false;
  #writingStatements = 0;

  constructor(database: Database, opened: Opened) {
    this.#database = database;
    this.#opened = opened;
  }

  get writingStatements(): number {
    return this.#writingStatements;
  }

  get lockWaitMs(): number {
    return this.#opened.lockWaitMs;
  }

  /** For the online backup, which needs the driver's own object. */
  get database(): Database {
    return this.#database;
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return await this.#patiently(() => {
      const statement = this.#prepare(sql);
      if (statement === undefined) return [];
      const bound = values.map(bindable);
      if (statement.reader) return (statement.safeIntegers(true).all(...bound) as Row[]).map(withNumbers);
      statement.run(...bound);
      return [];
    });
  }

  async execute(sql: string): Promise<{ readonly rows: number }> {
    if (leavesTheFile(sql)) throw new LockkeeperError('DATABASE.PERMISSION', STAYS_INSIDE);
    return await this.#patiently(() => {
      const statement = this.#prepare(sql);
      if (statement === undefined) return { rows: 0 };
      if (!statement.reader) return { rows: statement.run().changes };
      const changes = this.#database.prepare('SELECT total_changes(), changes()').raw();
      const [before] = changes.get() as [number];
      statement.all();
      const [after, changed] = changes.get() as [number, number];
      return { rows: after === before ? 0 : changed };
    });
  }

  /** Integers come as bigint, so that none loses digits. The connection can do nothing else until the end of the stream. */
  async *stream(sql: string): AsyncIterable<readonly (readonly unknown[])[]> {
    const { rows, first } = await this.#patiently(() => {
      const statement = this.#prepare(sql);
      const rows = statement?.raw().safeIntegers(true).iterate() as IterableIterator<unknown[]> | undefined;
      return { rows, first: rows?.next() };
    });
    if (rows === undefined || first === undefined) return;
    try {
      let batch: unknown[][] = [];
      let bytes = 0;
      for (let next = first; !next.done; next = this.#own(() => rows.next())) {
        batch.push(next.value);
        bytes += sizeOf(next.value);
        if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue;
        yield batch;
        batch = [];
        bytes = 0;
        await nextTurn();
        this.#stopIfCancelled();
      }
      if (batch.length > 0) yield batch;
    } finally {
      rows.return?.();
    }
  }

  /** Stops a stream and a wait for a lock. A statement that runs cannot be interrupted: better-sqlite3 has no sqlite3_interrupt. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
  }

  async close(): Promise<void> {
    if (!this.#database.open) return;
    // An open transaction is rolled back by closing (sqlite3_close).
    this.#database.close();
    this.#opened.closed?.();
  }

  /** Undefined for text that holds no statement, such as a comment. */
  #prepare(sql: string): Statement | undefined {
    let statement: Statement;
    try {
      statement = this.#database.prepare(sql);
    } catch (error) {
      if (error instanceof RangeError && error.message.includes('no statements')) return undefined;
      throw error;
    }
    if (this.#opened.readOnly && !statement.readonly)
      throw new LockkeeperError('DATABASE.PERMISSION', lookingOnly(this.#opened.path));
    if (!statement.readonly) this.#writingStatements++;
    return statement;
  }

  async #patiently<T>(work: () => T): Promise<T> {
    this.#cancelled = false;
    const until = Date.now() + this.#opened.lockWaitMs;
    for (;;) {
      const inside = this.#database.inTransaction;
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || Date.now() >= until) throw this.#error(error, inside);
      }
      await sleep(BETWEEN_TRIES_MS);
      this.#stopIfCancelled();
    }
  }

  #own<T>(work: () => T): T {
    const inside = this.#database.inTransaction;
    try {
      return work();
    } catch (error) {
      throw this.#error(error, inside);
    }
  }

  #error(error: unknown, inside: boolean): LockkeeperError {
    const { path, readOnly } = this.#opened;
    return sqliteError(error, { place: path, readOnly, rolledBack: inside && !this.#database.inTransaction });
  }

  #stopIfCancelled(): void {
    if (this.#cancelled)
      throw new LockkeeperError('RUN.CANCELLED', 'The statement was stopped because it was cancelled.');
  }
}

/** better-sqlite3 binds every number as a float and takes no booleans. */
function bindable(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Date) return value.toISOString();
  return value ?? null;
}

function withNumbers(row: Row): Row {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row))
    plain[name] = typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return plain;
}

function sizeOf(row: readonly unknown[]): number {
  let bytes = 0;
  for (const value of row) bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
  return bytes;
}
