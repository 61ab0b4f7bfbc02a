import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockResult } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { plain } from '../../core/untrusted.ts';
import { urlOfFile } from './facts.ts';
import { quoteText } from './tokens.ts';

/** What the file answers where it was removed, is only half made, or is being written by another at this moment. */
const GONE: readonly string[] = ['DATABASE.MISSING', 'DATABASE.STATEMENT_FAILED', 'DATABASE.LOCK_TIMEOUT'];
const TRIES = 20;
const BETWEEN_TRIES_MS = 50;
/** Long enough for a reader of the holder's name to be gone, short enough to say soon that someone else has the lock. */
const LOCK_WAIT_MS = 200;

/**
 * Takes the migration lock of a database: the write lock on a small SQLite file beside it. The kernel drops it with the process, and
 * unlike a lock on the database itself it disturbs nobody who uses that. Readers of the file see who holds it.
 */
export async function lock(
  bench: Workbench,
  _session: Session,
  database: DatabaseHandle,
  holder: string,
): Promise<LockResult> {
  const path = await lockPath(bench, database);
  const handle = bench.handle(urlOfFile(path));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const result = await tryOnce(bench, handle, path, holder);
    if (result !== undefined) return result;
    // Not at the same moment as the one we met.
    await sleep(Math.random() * BETWEEN_TRIES_MS);
  }
  return { held: false, by: 'several that take and release it all the time' };
}

/** Undefined where someone took or let go of the lock, or removed the file we had opened, between two of our steps. */
async function tryOnce(
  bench: Workbench,
  handle: DatabaseHandle,
  path: string,
  holder: string,
): Promise<LockResult | undefined> {
  let session: Session | undefined;
  let mine = false;
  try {
    session = await bench.connect(handle, { create: true, lockWaitMs: LOCK_WAIT_MS });
    const open = session;
    await open.execute('PRAGMA journal_mode = MEMORY');
    const token = randomUUID();
    if (await claim(open, token, holder)) {
      mine = await isInPlace(bench, handle, token);
      return mine ? { held: true, release: () => release(bench, open, path) } : undefined;
    }
    const by = await readHolder(open);
    return by === undefined ? undefined : { held: false, by };
  } catch (error) {
    if (error instanceof LockkeeperError && GONE.includes(error.code)) return undefined;
    throw error;
  } finally {
    if (!mine) await session?.close();
  }
}

/** Beside the real file, so that two names of one database share one lock. */
async function lockPath(bench: Workbench, database: DatabaseHandle): Promise<string> {
  const path = bench.sqlite.fileOf(database);
  const real = (await bench.files.exists(path)) ? (await bench.files.identity(path)).realPath : path;
  return `${real}.lockkeeper-lock`;
}

/**
 * False where another process has it. The holder is committed first, because what an open transaction writes is seen by nobody else.
 *
 * It is said by a view, so that the file is one page and every commit one write, which nothing can tear but a power cut. So no journal
 * is needed; one on disk would be shared by name between a file that was removed and the one made in its place.
 */
async function claim(session: Session, token: string, holder: string): Promise<boolean> {
  if (!(await begin(session))) return false;
  await session.execute('DROP VIEW IF EXISTS holder');
  await session.execute(`CREATE VIEW holder AS SELECT '${token}' AS token, ${quoteText(plain(holder, 500))} AS said`);
  await session.execute('COMMIT');
  if (!(await begin(session))) return false;
  const [row] = await session.query('SELECT token FROM holder');
  // Held and released by another between our two transactions: it is ours now, but names them.
  if (row?.token === token) return true;
  await session.execute('ROLLBACK');
  return await claim(session, token, holder);
}

async function begin(session: Session): Promise<boolean> {
  try {
    await session.execute('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === 'DATABASE.LOCK_TIMEOUT') return false;
    throw error;
  }
}

/** True where the file at the path is the one we locked. Its holder removes it on release, so ours may be a file without a name. */
async function isInPlace(bench: Workbench, handle: DatabaseHandle, token: string): Promise<boolean> {
  let looking: Session | undefined;
  try {
    looking = await bench.connect(handle, { readOnly: true, lockWaitMs: LOCK_WAIT_MS });
    const [row] = await looking.query('SELECT token FROM holder');
    return row?.token === token;
  } catch (error) {
    if (error instanceof LockkeeperError && GONE.includes(error.code)) return false;
    throw error;
  } finally {
    await looking?.close();
  }
}

async function readHolder(session: Session): Promise<string | undefined> {
  try {
    const [row] = await session.query('SELECT said FROM holder');
    return row === undefined ? undefined : plain(String(row.said));
  } catch {
    // Not written yet, or being written at this moment.
    return undefined;
  }
}

/** Removed while still locked: whoever waits for this file finds out through isInPlace. */
async function release(bench: Workbench, session: Session, path: string): Promise<void> {
  try {
    await bench.files.remove(path);
  } finally {
    await session.close();
  }
}
