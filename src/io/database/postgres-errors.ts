import { type ErrorCode, LockkeeperError } from '../../core/errors.ts';
import { fence, plain } from '../../core/untrusted.ts';
import { redact } from '../redact.ts';

/** Codes of the system and of TLS that mean: there was never a conversation. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EACCES',
  'ECONNRESET',
  'EPIPE',
]);

/** SQLSTATE → our code and what it means for the data (PostgreSQL manual, appendix A). */
const BY_SQLSTATE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  '28P01': ['DATABASE.AUTHENTICATION', 'The server refused the user name or password. Nothing was read or changed.'],
  '28000': ['DATABASE.AUTHENTICATION', 'The server does not let this user in from here. Nothing was read or changed.'],
  '3D000': ['DATABASE.MISSING', 'The server has no database of this name. Nothing was read or changed.'],
  '42501': [
    'DATABASE.PERMISSION',
    'The database user may not do this. The statement changed nothing, and its transaction can only be rolled back.',
  ],
  '55P03': [
    'DATABASE.LOCK_TIMEOUT',
    'The statement waited too long for a lock that another session holds. It changed nothing, and its transaction can only be rolled back.',
  ],
  '57014': [
    'DATABASE.STATEMENT_TIMEOUT',
    'The statement ran into its time limit. It changed nothing, and its transaction can only be rolled back.',
  ],
  '53100': [
    'DISK.FULL',
    "The server's disk is full. The statement changed nothing, and its transaction can only be rolled back.",
  ],
  '53300': ['DATABASE.UNREACHABLE', 'The server accepts no more connections. Nothing was read or changed.'],
  '57P03': ['DATABASE.UNREACHABLE', 'The server is starting up or shutting down. Nothing was read or changed.'],
};

const LOST_STATES = /^(57P01|57P02|57P04|57P05|25P03|08...)$/;

interface Situation {
  /** Before the connection stood: failures of the network mean unreachable, not lost. */
  readonly connecting: boolean;
  /** We asked the server to stop. */
  readonly cancelled: boolean;
  /** Shown in messages; host, port and database. */
  readonly place: string;
}

/** A driver's or server's error in our own words, the server's fenced and without secrets. */
export function postgresError(error: unknown, situation: Situation): LockkeeperError {
  if (error instanceof LockkeeperError) return error;
  const state = sqlstate(error);
  const said = saidBy(error);
  const where = plain(redact(situation.place));
  if (state === '57014' && situation.cancelled)
    return new LockkeeperError(
      'RUN.CANCELLED',
      'The statement was cancelled. It changed nothing, and its transaction can only be rolled back.',
      { cause: cleaned(error) },
    );
  const known = state === undefined ? undefined : BY_SQLSTATE[state];
  if (known) return new LockkeeperError(known[0], `${known[1]} (${where}) ${said}`, { cause: cleaned(error) });
  if (situation.connecting && (state === undefined || LOST_STATES.test(state)))
    return new LockkeeperError(
      'DATABASE.UNREACHABLE',
      `No connection to the PostgreSQL server at ${where}. Nothing was read or changed. ${said}`,
      { cause: cleaned(error) },
    );
  if (state === undefined || LOST_STATES.test(state))
    return new LockkeeperError(
      'DATABASE.CONNECTION_LOST',
      `The connection to ${where} broke. An open transaction is rolled back by the server; whether a statement outside one, or a COMMIT, still took effect is not known. ${said}`,
      { cause: cleaned(error) },
    );
  return new LockkeeperError(
    'DATABASE.STATEMENT_FAILED',
    `PostgreSQL refused the statement (SQLSTATE ${plain(state)}). It changed nothing, and its transaction can only be rolled back. ${said}`,
    { cause: cleaned(error) },
  );
}

/** True where the server could be asked again with an unencrypted connection (libpq's sslmode=prefer). */
export function refusesEncryption(error: unknown): boolean {
  return error instanceof Error && /does not support SSL connections/.test(error.message);
}

function sqlstate(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return code !== undefined && !UNREACHABLE.has(code) && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return fence(redact(String(error)));
  // Node reports one AggregateError without a message where a name has several addresses.
  const inner = error instanceof AggregateError ? error.errors.map((one) => String(one.message ?? one)) : [];
  const parts = [error.message, ...inner];
  for (const field of ['detail', 'hint', 'where'] as const) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'string') parts.push(value);
  }
  return fence(redact(parts.filter((part) => part !== '').join(' | ')));
}

/** The cause goes into logs too: only its cleaned words do. */
function cleaned(error: unknown): Error {
  return new Error(saidBy(error));
}
