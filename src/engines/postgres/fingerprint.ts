import type { BackupScope } from '../../core/action.ts';
import type { Fingerprint } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { Session } from '../../core/ports.ts';
import { fence } from '../../core/untrusted.ts';
import { facts, ownedByExtension, USER_SCHEMA } from './facts.ts';

/** Tables asked about in one query: few enough that cancelling is quick, many enough that small tables cost no round trip each. */
const TABLES_PER_QUERY = 25;
/** Any second seed; two sums of 64 bits each instead of one. */
const SEEDS = [0, 7_919];

/** So that the text of a row depends on its values only (the settings pg_dump fixes, and lc_monetary for money). */
const SETTINGS = [
  `DateStyle = 'ISO, YMD'`,
  `IntervalStyle = 'postgres'`,
  'extra_float_digits = 3',
  `bytea_output = 'hex'`,
  `TimeZone = 'UTC'`,
  `lc_monetary = 'C'`,
  `search_path = ''`,
  `xmloption = 'content'`,
  'row_security = off',
];

interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
}

/**
 * Rows and an order-free checksum of every table that holds rows of its own: ordinary tables, partitions and unlogged tables. Not
 * temporary tables, tables of extensions, foreign tables (their rows are elsewhere) or materialised views (rebuilt from the tables);
 * nor sequences, which do not take part in snapshots. Uses the caller's transaction where there is one.
 */
export async function fingerprint(session: Session, scope: BackupScope = { kind: 'full' }): Promise<Fingerprint> {
  const end = await ownSettings(session);
  try {
    const tables = await tablesOf(session, scope);
    const objects = await countObjects(session, scope, tables);
    if (scope.kind === 'schema')
      return { objects, tables: tables.map((table) => ({ table: label(table), rows: 0, checksum: '' })) };
    const counted: Fingerprint['tables'][number][] = [];
    for (let at = 0; at < tables.length; at += TABLES_PER_QUERY)
      counted.push(...(await sums(session, tables.slice(at, at + TABLES_PER_QUERY))));
    return { objects, tables: counted };
  } finally {
    await end();
  }
}

/** Fixes the settings until the returned function is called, without ending a transaction that is not ours. */
async function ownSettings(session: Session): Promise<() => Promise<void>> {
  // A savepoint outside a transaction is refused without harm (25P01): the only way to ask that needs no second question.
  const inside = await session.execute('SAVEPOINT lockkeeper_fingerprint').then(
    () => true,
    (error: unknown) => {
      if (error instanceof LockkeeperError && error.message.includes('25P01')) return false;
      throw error;
    },
  );
  if (!inside) await session.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  for (const setting of SETTINGS) await session.execute(`SET LOCAL ${setting}`);
  return async () => {
    const ends = inside
      ? ['ROLLBACK TO SAVEPOINT lockkeeper_fingerprint', 'RELEASE SAVEPOINT lockkeeper_fingerprint']
      : ['ROLLBACK'];
    // After a failure of the connection there is nothing to end, and the first error is the one to tell.
    for (const statement of ends) await session.execute(statement).catch(() => {});
  };
}

/** The tables of a scope. Names are taken as `schema.table`, or as `table` where the search path of the database finds it. */
export async function tablesOf(session: Session, scope: BackupScope): Promise<readonly Table[]> {
  const rows = await session.query(`
    SELECT c.oid::int8::text AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${USER_SCHEMA} AND NOT ${ownedByExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`);
  const all = rows.map((row) => ({
    oid: Number(row.oid),
    schema: String(row.schema),
    name: String(row.name),
    holdsRows: row.kind === 'r',
  }));
  if (scope.kind !== 'tables') return all.filter((table) => table.holdsRows);
  return scope.tables.map((wanted) => {
    const found = all.find((table) => label(table) === wanted) ?? onlyOne(all.filter((table) => table.name === wanted));
    if (!found)
      throw new LockkeeperError(
        'INPUT.INVALID',
        `There is no table ${fence(wanted, 200)}, or there are several: name it with its schema.`,
      );
    if (!found.holdsRows)
      throw new LockkeeperError(
        'INPUT.INVALID',
        `${fence(wanted, 200)} is partitioned: name its partitions, or back up the whole database.`,
      );
    return found;
  });
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function label(table: Table): string {
  return `${table.schema}.${table.name}`;
}

async function sums(session: Session, tables: readonly Table[]): Promise<readonly Fingerprint['tables'][number][]> {
  const parts = tables.map((table, index) => {
    const sum = SEEDS.map((seed) => `coalesce(sum(hashtextextended(s.line, ${seed})), 0)::text`).join(` || ':' || `);
    // OFFSET 0 keeps the planner from writing a row as text once per seed; the cast of `(r.*)` still means the row where a column is named r.
    return `SELECT ${index} AS at, count(*)::text AS rows, ${sum} AS checksum
      FROM (SELECT (lockkeeper_row.*)::text COLLATE "C" AS line FROM ONLY ${facts.quote(table.schema)}.${facts.quote(table.name)} AS lockkeeper_row OFFSET 0) s`;
  });
  const rows = await session.query(`${parts.join('\nUNION ALL\n')}\nORDER BY 1`);
  return rows.map((row, index) => ({
    table: label(tables[index] as Table),
    rows: Number(row.rows),
    checksum: String(row.checksum),
  }));
}

/** Everything a dump of the scope brings back, counted. NOT NULL constraints are left out: only PostgreSQL 18 and later list them. */
async function countObjects(session: Session, scope: BackupScope, tables: readonly Table[]): Promise<number> {
  const some = scope.kind === 'tables';
  const ids = tables.map((table) => table.oid).join(', ') || '0';
  const own = (catalog: string, alias: string): string => `NOT ${ownedByExtension(catalog, `${alias}.oid`)}`;
  const inSchema = (catalog: string, alias: string, schema: string): string =>
    `FROM pg_catalog.${catalog} ${alias} JOIN pg_catalog.pg_namespace n ON n.oid = ${alias}.${schema} WHERE ${USER_SCHEMA} AND ${own(catalog, alias)}`;
  const counts = [
    `SELECT count(*) ${inSchema('pg_class', 'c', 'relnamespace')} AND c.relpersistence <> 't' AND c.relkind IN ('r','p','i','I','S','v','m','f','c')
      ${some ? `AND (c.oid IN (${ids}) OR c.oid IN (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid IN (${ids})))` : ''}`,
    `SELECT count(*) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE ${USER_SCHEMA} AND NOT t.tgisinternal AND ${own('pg_class', 'c')} ${some ? `AND c.oid IN (${ids})` : ''}`,
    `SELECT count(*) ${inSchema('pg_constraint', 'k', 'connamespace')} AND k.contype NOT IN ('n', 't')
      AND (k.conrelid = 0 OR NOT ${ownedByExtension('pg_class', 'k.conrelid')})
      ${some ? `AND k.conrelid IN (${ids}) AND (k.contype <> 'f' OR k.confrelid IN (${ids}))` : ''}`,
    ...(some
      ? []
      : [
          `SELECT count(*) ${inSchema('pg_proc', 'p', 'pronamespace')}`,
          `SELECT count(*) ${inSchema('pg_type', 't', 'typnamespace')} AND t.typtype IN ('e', 'd', 'r')`,
          // Large objects are rows of no table.
          ...(scope.kind === 'full' ? ['SELECT count(*) FROM pg_catalog.pg_largeobject_metadata'] : []),
        ]),
  ];
  const [row] = await session.query(`SELECT (${counts.map((count) => `(${count})`).join(' + ')})::text AS objects`);
  return Number(row?.objects);
}
