import { existsSync } from 'node:fs';
import { type ErrorCode, LockkeeperError } from '../../core/errors.ts';
import { fence, plain } from '../../core/untrusted.ts';
import { redact } from '../redact.ts';

interface Situation {
  readonly place: string;
  readonly readOnly: boolean;
  /** True where SQLite ended the transaction on its own account, as it does when the disk is full (lang_transaction.html, section 3). */
  readonly rolledBack: boolean;
}

/** What SQLite's result codes (rescode.html) mean to us; the longest prefix that fits decides. */
const MEANINGS: readonly (readonly [code: string, ErrorCode, means: string])[] = [
  ['SQLITE_BUSY_SNAPSHOT', 'DATABASE.LOCK_TIMEOUT', 'Another connection wrote after this transaction began to read.'],
  ['SQLITE_BUSY', 'DATABASE.LOCK_TIMEOUT', 'Another connection holds the lock for longer than we wait.'],
  ['SQLITE_LOCKED', 'DATABASE.LOCK_TIMEOUT', 'A table is locked by another statement.'],
  ['SQLITE_FULL', 'DISK.FULL', 'The disk is full.'],
  [
    'SQLITE_READONLY_ROLLBACK',
    'DATABASE.UNREACHABLE',
    'A writer died in a transaction; a connection that may write must roll it back first.',
  ],
  [
    'SQLITE_READONLY_RECOVERY',
    'DATABASE.UNREACHABLE',
    'A writer died; a connection that may write must recover the write-ahead log first.',
  ],
  ['SQLITE_READONLY_DBMOVED', 'DATABASE.MISSING', 'The file was moved, replaced or removed while it was open.'],
  ['SQLITE_READONLY', 'WORKSPACE.READ_ONLY', 'The file or its folder cannot be written to.'],
  ['SQLITE_PERM', 'DATABASE.PERMISSION', 'The file may not be used.'],
  ['SQLITE_AUTH', 'DATABASE.PERMISSION', 'The statement is not permitted.'],
  ['SQLITE_CANTOPEN', 'DATABASE.PERMISSION', 'The file, or one that SQLite keeps beside it, cannot be opened.'],
  ['SQLITE_NOTADB', 'DATABASE.UNREACHABLE', 'The file is not a SQLite database, or it is encrypted.'],
  ['SQLITE_CORRUPT', 'DATABASE.UNREACHABLE', 'The file is damaged.'],
  ['SQLITE_IOERR', 'DATABASE.CONNECTION_LOST', 'Reading or writing the file failed.'],
];

/** Our error for what the driver threw, with SQLite's own words fenced. */
export function sqliteError(error: unknown, situation: Situation): LockkeeperError {
  if (error instanceof LockkeeperError) return error;
  const code = sqliteCode(error);
  const words = fence(redact(error instanceof Error ? error.message : String(error)));
  const data = situation.rolledBack ? ' SQLite rolled back the whole transaction.' : '';
  if (situation.readOnly && code === 'SQLITE_READONLY')
    return new LockkeeperError('DATABASE.PERMISSION', lookingOnly(situation.place), { cause: error });
  const meaning = MEANINGS.find(([prefix]) => code?.startsWith(prefix));
  if (meaning)
    return new LockkeeperError(meaning[1], `${situation.place}: ${meaning[2]}${data} ${words}`, { cause: error });
  return new LockkeeperError(
    'DATABASE.STATEMENT_FAILED',
    `SQLite refused the statement.${data || ' What the transaction did before it still stands until it ends.'} ${words}`,
    { cause: error },
  );
}

/** None is made by itself: a mistyped path would become a second, empty database. */
export function missingFile(path: string, cause?: unknown): LockkeeperError {
  const name = plain(path, 500);
  return new LockkeeperError(
    'DATABASE.MISSING',
    `There is no file ${name}, and none was made: the path may be mistyped.`,
    {
      cause,
      next: [{ kind: 'edit-file', label: `If this is a new database, create ${name} as an empty file and ask again` }],
    },
  );
}

/** Says apart a file that is not there from one that cannot be opened. */
export function openingError(error: unknown, path: string): LockkeeperError {
  if (error instanceof LockkeeperError) return error;
  if (!existsSync(path)) return missingFile(path, error);
  return sqliteError(error, { place: path, readOnly: false, rolledBack: false });
}

export function lookingOnly(place: string): string {
  return `${place} was opened only to look; the statement would write and was not run.`;
}

/** SQLite's extended result code, such as `SQLITE_BUSY_SNAPSHOT`; undefined for errors of the driver itself. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** True where waiting may help. A snapshot that is too old stays too old. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && code !== 'SQLITE_BUSY_SNAPSHOT' && /^SQLITE_(BUSY|LOCKED)/.test(code);
}
