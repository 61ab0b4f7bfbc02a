import type { RelationEffect } from '../../core/statement.ts';

/** Table-level locks from weakest to strongest (PostgreSQL manual, 13.3.1), by their names in pg_locks. */
const LOCK_MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

export function strongerLock(a: LockMode, b: LockMode): LockMode {
  return LOCK_MODES.indexOf(a) >= LOCK_MODES.indexOf(b) ? a : b;
}

/** The mode by its number in the parser's LockStmt, which counts from 1. */
export function lockModeOf(number: number): LockMode {
  return LOCK_MODES[number - 1] ?? 'AccessExclusiveLock';
}

/** What others cannot do meanwhile. SHARE UPDATE EXCLUSIVE and weaker let rows be read and written. */
export function blocksOf(mode: LockMode): RelationEffect['blocks'] {
  if (mode === 'AccessExclusiveLock') return 'reads-and-writes';
  return LOCK_MODES.indexOf(mode) >= LOCK_MODES.indexOf('ShareLock') ? 'writes' : 'nothing';
}
