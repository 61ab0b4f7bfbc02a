import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockkeeperError } from '../../core/errors.ts';
import type { Session } from '../../core/ports.ts';
import { plain } from '../../core/untrusted.ts';
import { fileError } from '../file-errors.ts';
import { SqliteSession } from './sqlite.ts';
import { sqliteError } from './sqlite-errors.ts';

/** About 8 MiB at the usual page size: long enough to be fast, short enough for this process to answer in between. */
const PAGES_PER_STEP = 2_000;
const BETWEEN_TRIES_MS = 50;

interface Options {
  readonly signal: AbortSignal;
  readonly progress: (message: string, fraction?: number) => void;
}

/**
 * Copies a database page by page with SQLite's online backup API (backup.html). The target is written in one transaction that holds
 * the target's write lock from the first step to the last (sqlite3_backup_step: "obtains an exclusive lock on the destination"), so a
 * crash in the middle leaves an existing target as it was. If `from` is in a read transaction, that is the snapshot copied.
 */
export async function copyDatabase(from: Session, toFile: string, options: Options): Promise<void> {
  if (!(from instanceof SqliteSession)) throw new Error('only a SQLite session can be copied page by page');
  if (toFile !== toFile.trim()) throw new LockkeeperError('INPUT.INVALID', 'The path of the copy ends with a space.');
  const existed = existsSync(toFile);
  if (!existed) await newPrivateFile(toFile);
  try {
    await copyPatiently(from, toFile, options);
  } catch (error) {
    if (!existed) for (const end of ['', '-journal', '-wal', '-shm']) await rm(`${toFile}${end}`, { force: true });
    const data = existed ? 'It is as it was before.' : 'The half-written copy was removed.';
    throw describe(error, toFile, data);
  }
}

async function copyPatiently(from: SqliteSession, toFile: string, options: Options): Promise<void> {
  const until = Date.now() + from.lockWaitMs;
  const expected = Number((await from.query('PRAGMA page_count'))[0]?.page_count ?? 0);
  for (;;) {
    const { totalPages } = await from.database.backup(toFile, {
      progress({ totalPages: total, remainingPages: remaining }) {
        options.progress('Copying pages', total === 0 ? 0 : (total - remaining) / total);
        options.signal.throwIfAborted();
        return PAGES_PER_STEP;
      },
    });
    // better-sqlite3 takes SQLITE_BUSY at the first step for the end (lib/methods/backup.js: no pages remain, because none were
    // counted yet) and reports success for a copy that never began. Later steps cannot be busy: the target is locked by then.
    if (totalPages > 0 || expected === 0) return;
    if (Date.now() >= until)
      throw new LockkeeperError(
        'DATABASE.LOCK_TIMEOUT',
        `Another connection holds ${plain(toFile, 500)} for longer than we wait.`,
      );
    await sleep(BETWEEN_TRIES_MS);
    options.signal.throwIfAborted();
  }
}

function describe(error: unknown, toFile: string, data: string): LockkeeperError {
  if (error instanceof Error && error.name === 'AbortError')
    return new LockkeeperError('RUN.CANCELLED', `Copying to ${plain(toFile, 500)} was cancelled. ${data}`);
  const known = sqliteError(error, { place: toFile, readOnly: false, rolledBack: false });
  return new LockkeeperError(known.code, `${known.message} ${data}`, { cause: error });
}

async function newPrivateFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    throw fileError(error, path, 'No copy was made.');
  }
}
