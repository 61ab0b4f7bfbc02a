import type { DatabaseEngineFacts } from '../../core/database-engine.ts';
import type { RelationEffect } from '../../core/statement.ts';

export const facts: DatabaseEngineFacts = {
  id: 'postgres',
  label: 'PostgreSQL',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html',
  transactionalDdl: true,
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
};

/** Table locks from weakest to strongest, as pg_locks.mode names them (manual, 13.3.1). */
export const LOCK_MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

/** What a lock on a relation keeps others from: EXCLUSIVE still lets plain reads through. */
export function blockedBy(mode: string): RelationEffect['blocks'] {
  if (mode === 'AccessExclusiveLock') return 'reads-and-writes';
  return LOCK_MODES.indexOf(mode as (typeof LOCK_MODES)[number]) >= LOCK_MODES.indexOf('ShareLock')
    ? 'writes'
    : 'nothing';
}

/** Schemas that hold nothing of the user's. For use after `WHERE`, with the schema's row as `n`. */
export const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** True for objects an extension brought along: they come back with CREATE EXTENSION, not from a dump. */
export function ownedByExtension(catalog: string, oid: string): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
}
