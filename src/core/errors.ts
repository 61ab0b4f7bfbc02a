import type { NextAction, Problem } from './report.ts';

/** Every way an operation can end other than well. Two words: the part it concerns, and what happened. */
export const ERROR_CODES = [
  'INPUT.INVALID',
  'WORKSPACE.OUTSIDE',
  'WORKSPACE.UNREADABLE',
  'WORKSPACE.READ_ONLY',
  'PROJECT.NONE',
  'PROJECT.AMBIGUOUS',
  'PROJECT.UNKNOWN',
  'ENVIRONMENT.UNKNOWN',
  'ENVIRONMENT.NO_URL',
  'CONFIG.INVALID',
  'TOOL.NOT_DRIVEN',
  'TOOL.FAILED',
  'ENGINE.NOT_SUPPORTED',
  'DATABASE.UNREACHABLE',
  'DATABASE.AUTHENTICATION',
  'DATABASE.MISSING',
  'DATABASE.PERMISSION',
  'DATABASE.LOCK_TIMEOUT',
  'DATABASE.STATEMENT_TIMEOUT',
  'DATABASE.STATEMENT_FAILED',
  'DATABASE.CONNECTION_LOST',
  'PROGRAM.MISSING',
  'PROGRAM.TOO_OLD',
  'PROGRAM.FAILED',
  'MIGRATION.INVALID',
  'MIGRATION.EDITED',
  'MIGRATION.OUT_OF_ORDER',
  'MIGRATION.FAILED_BEFORE',
  'MIGRATION.MISSING',
  'MIGRATION.IRREVERSIBLE',
  'MIGRATION.UNKNOWN',
  'MIGRATION.EXISTS',
  'LOCK.HELD',
  'PLAN.UNKNOWN',
  'PLAN.EXPIRED',
  'PLAN.DRIFTED',
  'PLAN.SPENT',
  'PLAN.WRONG_TOOL',
  'GATE.CONSENT_NEEDED',
  'GATE.DECLINED',
  'GATE.FORBIDDEN',
  'GATE.REHEARSAL_NEEDED',
  'BACKUP.FAILED',
  'BACKUP.NOT_VERIFIED',
  'BACKUP.UNKNOWN',
  'BACKUP.DAMAGED',
  'RESTORE.POPULATED',
  'RESTORE.OTHER_DATABASE',
  'RESTORE.FAILED',
  'REHEARSAL.FAILED',
  'SEED.NOT_IDEMPOTENT',
  'STATE.UNUSABLE',
  'AUDIT.BROKEN',
  'RUN.CANCELLED',
  'DISK.FULL',
  'INTERNAL.BUG',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The only error class. The message says what happened and what it means for the data; `next` says what to do.
 * Nothing in it may come from a database, a file or a program without having gone through `fence`.
 */
export class LockkeeperError extends Error {
  readonly code: ErrorCode;
  readonly next: readonly NextAction[];

  constructor(code: ErrorCode, message: string, options: { next?: readonly NextAction[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LockkeeperError';
    this.code = code;
    this.next = options.next ?? [];
  }

  toProblem(): Problem {
    return { code: this.code, message: this.message };
  }
}
