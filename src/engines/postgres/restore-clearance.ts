import { LockkeeperError } from '../../core/errors.ts';
import type { Session } from '../../core/ports.ts';
import { facts, ownedByExtension, USER_SCHEMA } from './facts.ts';

/** How many things of the user's a database holds; 0 is what a new database has. */
export async function userObjects(session: Session): Promise<number> {
  const [row] = await session.query(`SELECT (
    (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE ${USER_SCHEMA} AND c.relpersistence <> 't' AND NOT ${ownedByExtension('pg_class', 'c.oid')})
    + (SELECT count(*) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE ${USER_SCHEMA} AND NOT ${ownedByExtension('pg_proc', 'p.oid')})
    + (SELECT count(*) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE ${USER_SCHEMA} AND t.typtype IN ('e', 'd', 'r') AND NOT ${ownedByExtension('pg_type', 't.oid')})
    + (SELECT count(*) FROM pg_catalog.pg_namespace n
      WHERE ${USER_SCHEMA} AND n.nspname <> 'public' AND NOT ${ownedByExtension('pg_namespace', 'n.oid')})
  )::text AS objects`);
  return Number(row?.objects);
}

/** Statements that take away what a restore replaces; they run in the restore's own transaction. */
export async function clearance(
  session: Session,
  scope: 'full' | 'schema' | 'tables',
  tables: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (scope === 'schema')
    throw new LockkeeperError(
      'RESTORE.POPULATED',
      'This backup holds the schema only: replacing a populated database with it would delete every row. Nothing was changed. Restore it into an empty database.',
    );
  // Not CASCADE: views and foreign keys of tables that are not in the backup would be gone for good.
  if (scope === 'tables') return (await tables()).map((table) => `DROP TABLE IF EXISTS ${table}`);
  return await everything(session);
}

/**
 * Drops everything that a full dump brings back: schemas, what is in `public`, and what stands beside schemas. Extensions stay, the
 * dump creates them only IF NOT EXISTS and a managed service may not let them be made again; so does `public`, which no dump creates.
 * What is the inside of something else (an identity column's sequence) goes with that and cannot be dropped by itself.
 */
async function everything(session: Session): Promise<readonly string[]> {
  const schemas = await session.query(`
    SELECT n.nspname AS name FROM pg_catalog.pg_namespace n
    WHERE ${USER_SCHEMA} AND n.nspname <> 'public' AND NOT ${ownedByExtension('pg_namespace', 'n.oid')}
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.extnamespace = n.oid) ORDER BY 1`);
  const inside = await session.query(`
    SELECT i.type, i.identity FROM (
      SELECT d.classid, d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_namespace n ON n.oid = d.refobjid
      WHERE d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.deptype = 'n' AND ${USER_SCHEMA}
        AND (n.nspname = 'public' OR EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.extnamespace = n.oid))
      UNION SELECT 'pg_catalog.pg_event_trigger'::regclass, oid FROM pg_catalog.pg_event_trigger
      UNION SELECT 'pg_catalog.pg_publication'::regclass, oid FROM pg_catalog.pg_publication
      UNION SELECT 'pg_catalog.pg_foreign_server'::regclass, oid FROM pg_catalog.pg_foreign_server
      UNION SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, oid FROM pg_catalog.pg_foreign_data_wrapper
    ) o CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.objid, 0) i
    WHERE i.type <> 'extension' AND i.type <> 'default acl'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = o.classid AND e.objid = o.objid AND e.deptype IN ('e', 'i'))
    ORDER BY i.type IN ('event trigger', 'publication') DESC, 1, 2`);
  const large = await session.query('SELECT oid::int8::text AS oid FROM pg_catalog.pg_largeobject_metadata ORDER BY 1');
  return [
    ...schemas.map((row) => `DROP SCHEMA ${facts.quote(String(row.name))} CASCADE`),
    // IF EXISTS: an earlier CASCADE may have taken it along.
    ...inside.map((row) => `DROP ${keyword(String(row.type))} IF EXISTS ${row.identity} CASCADE`),
    ...large.map((row) => `SELECT pg_catalog.lo_unlink(${row.oid})`),
  ];
}

/** pg_identify_object's word for a kind → DROP's. */
function keyword(type: string): string {
  const words: Readonly<Record<string, string>> = {
    'composite type': 'TYPE',
    'statistics object': 'STATISTICS',
    'foreign-data wrapper': 'FOREIGN DATA WRAPPER',
  };
  return words[type] ?? type.toUpperCase();
}
