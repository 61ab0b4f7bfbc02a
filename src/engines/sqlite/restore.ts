import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { plain } from '../../core/untrusted.ts';
import { FILES } from './backup.ts';
import { USER_OBJECTS, urlOfFile } from './facts.ts';
import { populated } from './populated.ts';
import { restoreSchema } from './restore-schema.ts';
import { restoreTables } from './restore-tables.ts';

const LOCK_WAIT_MS = 10_000;
/** What a damaged file makes SQLite answer, from opening it to reading its last page. */
const DAMAGED: readonly string[] = ['DATABASE.UNREACHABLE', 'DATABASE.MISSING', 'DATABASE.CONNECTION_LOST'];

/**
 * Puts a backup back so that a failure leaves the target exactly as it was.
 *
 * A whole database goes back page by page through the online backup API, backwards: the content of the target's own file is
 * replaced in one transaction. Renaming another file over it would leave every process that has it open on the old one; copying
 * rows would write the schema anew. A process that dies in the middle leaves a journal, or uncommitted frames in the log, that the
 * next one to open the file rolls back (proved by test/engines/sqlite/restore.test.ts). The target keeps its journal mode.
 */
export async function restore(
  bench: Workbench,
  file: string,
  into: DatabaseHandle,
  options: { readonly replace: boolean },
): Promise<void> {
  const target = bench.sqlite.fileOf(into);
  const existed = await bench.files.exists(target);
  const name = file.slice(file.lastIndexOf('/') + 1);
  try {
    if (name === FILES.schema) await restoreSchema(bench, file, into, options);
    else if (name === FILES.tables) await withSource(bench, file, () => restoreTables(bench, file, into, options));
    else await withSource(bench, file, (source) => restoreWhole(bench, source, into, options));
  } catch (error) {
    if (!existed) for (const end of ['', '-journal', '-wal', '-shm']) await bench.files.remove(`${target}${end}`);
    if (bench.signal.aborted)
      throw new LockkeeperError('RUN.CANCELLED', 'The restore was cancelled. The database is as it was before.');
    throw error;
  }
}

/** Opens a backup and has SQLite check every page of it before anything is written. */
async function withSource(bench: Workbench, file: string, work: (source: Session) => Promise<void>): Promise<void> {
  const source = await open(bench, file);
  try {
    bench.progress('Checking the backup');
    const wrong = await check(source);
    if (wrong !== undefined) throw damaged(file, wrong);
    await work(source);
  } finally {
    await source.close();
  }
}

async function open(bench: Workbench, file: string): Promise<Session> {
  try {
    return await bench.connect(bench.handle(urlOfFile(file)), { readOnly: true, lockWaitMs: LOCK_WAIT_MS });
  } catch (error) {
    if (error instanceof LockkeeperError && DAMAGED.includes(error.code)) throw damaged(file, error.message);
    throw error;
  }
}

/** What is wrong with it; undefined where nothing is. The read transaction stays open, so what is copied is what was checked. */
async function check(source: Session): Promise<string | undefined> {
  try {
    await source.execute('BEGIN');
    const [size] = await source.query('PRAGMA page_count');
    if (Number(size?.page_count) === 0) return 'it is empty';
    const found = await source.query('PRAGMA integrity_check(3)');
    const words = found.map((row) => String(row.integrity_check)).join('; ');
    return words === 'ok' ? undefined : plain(words, 500);
  } catch (error) {
    if (error instanceof LockkeeperError && DAMAGED.includes(error.code)) return error.message;
    throw error;
  }
}

function damaged(file: string, why: string): LockkeeperError {
  return new LockkeeperError(
    'BACKUP.DAMAGED',
    `The backup ${plain(file, 500)} is damaged: ${why}. Nothing was restored; the database is as it was.`,
  );
}

async function restoreWhole(
  bench: Workbench,
  source: Session,
  into: DatabaseHandle,
  options: { readonly replace: boolean },
): Promise<void> {
  const path = bench.sqlite.fileOf(into);
  const target = (await bench.files.exists(path)) ? await lookAt(bench, into) : undefined;
  if (target?.populated && !options.replace) throw populated(into);
  const from = await withPageSize(bench, source, target);
  try {
    await bench.sqlite.backup(from.session, path);
  } finally {
    await from.end();
  }
  const [wanted, made] = [await header(source), await lookAt(bench, into)];
  if (wanted.objects !== made.objects || wanted.userVersion !== made.userVersion)
    throw new LockkeeperError(
      'RESTORE.FAILED',
      `${into.place} does not hold what the backup holds: another process has written to it in the same moment.`,
    );
}

interface Target {
  readonly populated: boolean;
  readonly objects: number;
  readonly userVersion: number;
  readonly pageSize: number;
  readonly inWal: boolean;
}

async function lookAt(bench: Workbench, database: DatabaseHandle): Promise<Target> {
  const session = await bench.connect(database, { readOnly: true, lockWaitMs: LOCK_WAIT_MS });
  try {
    return await header(session);
  } finally {
    await session.close();
  }
}

async function header(session: Session): Promise<Target> {
  const [row] = await session.query(`SELECT (SELECT count(*) FROM sqlite_schema WHERE ${USER_OBJECTS}) AS made,
    (SELECT count(*) FROM sqlite_schema) AS objects, user_version, page_size, journal_mode
    FROM pragma_user_version, pragma_page_size, pragma_journal_mode`);
  return {
    populated: Number(row?.made) > 0,
    objects: Number(row?.objects),
    userVersion: Number(row?.user_version),
    pageSize: Number(row?.page_size),
    inWal: row?.journal_mode === 'wal',
  };
}

/** A database in WAL mode cannot change its page size (pragma.html#pragma_page_size), so a copy of the backup takes on the target's. */
async function withPageSize(
  bench: Workbench,
  source: Session,
  target: Target | undefined,
): Promise<{ readonly session: Session; end(): Promise<void> }> {
  if (!target?.inWal || target.pageSize === (await header(source)).pageSize) return { session: source, async end() {} };
  const folder = await bench.temporaryFolder();
  try {
    const path = `${folder.path}/copy.sqlite`;
    await bench.sqlite.backup(source, path);
    const session = await bench.connect(bench.handle(urlOfFile(path)), { lockWaitMs: LOCK_WAIT_MS });
    await session.execute(`PRAGMA page_size = ${target.pageSize}`);
    await session.execute('VACUUM');
    return {
      session,
      async end() {
        await session.close();
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
