import { type ErrorCode, LockkeeperError } from '../../core/errors.ts';
import { fence, plain } from '../../core/untrusted.ts';
import { redact } from '../redact.ts';

/** Numbers of the server's errors → our code (MySQL server error reference; MariaDB shares them where not said). */
const BY_NUMBER: Readonly<Record<number, ErrorCode>> = {
  1045: 'DATABASE.AUTHENTICATION',
  1698: 'DATABASE.AUTHENTICATION',
  1251: 'DATABASE.AUTHENTICATION',
  1049: 'DATABASE.MISSING',
  1044: 'DATABASE.PERMISSION',
  1142: 'DATABASE.PERMISSION',
  1227: 'DATABASE.PERMISSION',
  1290: 'DATABASE.PERMISSION',
  1205: 'DATABASE.LOCK_TIMEOUT',
  1969: 'DATABASE.STATEMENT_TIMEOUT',
  3024: 'DATABASE.STATEMENT_TIMEOUT',
  1040: 'DATABASE.UNREACHABLE',
  1053: 'DATABASE.CONNECTION_LOST',
  1927: 'DATABASE.CONNECTION_LOST',
  1021: 'DISK.FULL',
};
const INTERRUPTED = 1317;

interface Situation {
  readonly connecting: boolean;
  readonly cancelled: boolean;
  readonly place: string;
}

/** A driver's or server's error in our own words, the server's fenced and without secrets. */
export function mysqlError(error: unknown, situation: Situation): LockkeeperError {
  if (error instanceof LockkeeperError) return error;
  const number = error instanceof Error && 'errno' in error && 'sqlState' in error ? Number(error.errno) : undefined;
  const said = fence(redact(error instanceof Error ? error.message : String(error)));
  const cause = new Error(said);
  const where = plain(redact(situation.place));
  if (number === INTERRUPTED && situation.cancelled)
    return new LockkeeperError(
      'RUN.CANCELLED',
      'The statement was cancelled. Statements that changed the schema before it stay done.',
      { cause },
    );
  const known = number === undefined ? undefined : BY_NUMBER[number];
  if (number === undefined || known === 'DATABASE.CONNECTION_LOST' || known === 'DATABASE.UNREACHABLE')
    return situation.connecting
      ? new LockkeeperError(
          'DATABASE.UNREACHABLE',
          `No connection to the server at ${where}. Nothing was read or changed. ${said}`,
          { cause },
        )
      : new LockkeeperError(
          'DATABASE.CONNECTION_LOST',
          `The connection to ${where} broke. Whether the last statement took effect is not known. ${said}`,
          { cause },
        );
  const meaning = situation.connecting
    ? 'Nothing was read or changed.'
    : 'This statement did not take effect as a whole; statements that changed the schema before it stay done.';
  return new LockkeeperError(
    known ?? 'DATABASE.STATEMENT_FAILED',
    `The server at ${where} refused (error ${number}). ${meaning} ${said}`,
    { cause },
  );
}
