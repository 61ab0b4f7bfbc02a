import { formatObjectId } from '../../../core/object-id.ts';
import { type Catalogue, type Fact, NOT_OF_EXTENSION, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

const KINDS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  f: 'foreign-table',
  v: 'view',
  m: 'materialized-view',
};
const PERSISTENCE: Readonly<Record<string, string>> = { u: 'unlogged', t: 'temporary' };
const REPLICA_IDENTITY: Readonly<Record<string, string>> = { n: 'nothing', f: 'full', i: 'index' };
/** Guess for a table nobody has analysed: a row of middling width. */
const BYTES_PER_ROW = 100;

/** Tables and views, with row estimates. */
export async function readRelations(catalogue: Catalogue, into: Collector): Promise<void> {
  const relations = await catalogue.facts(`
    SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
      c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security, c.relreplident AS replica_identity,
      c.reloptions AS options, c.relispartition AS is_partition, c.reltuples AS tuples,
      CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partition_by,
      CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END AS bound,
      (SELECT json_agg(json_build_array(pn.nspname, p.relname) ORDER BY i.inhseqno) FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid) AS parents,
      CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END AS definition,
      CASE WHEN c.relkind IN ('v', 'm') THEN (SELECT json_agg(pg_catalog.quote_ident(a.attname) || ' ' ||
        pg_catalog.format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) END AS columns,
      CASE WHEN c.relkind = 'f' THEN (SELECT s.srvname FROM pg_catalog.pg_foreign_table ft
        JOIN pg_catalog.pg_foreign_server s ON s.oid = ft.ftserver WHERE ft.ftrelid = c.oid) END AS server,
      CASE WHEN c.relkind IN ('r', 'm') AND (c.reltuples < 0 OR c.relpages = 0) THEN pg_catalog.pg_relation_size(c.oid) END AS bytes,
      pg_catalog.obj_description(c.oid, 'pg_class') AS comment
    FROM canonical, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${OWN_SCHEMA('n')} AND ${NOT_OF_EXTENSION('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`);
  for (const relation of relations) {
    if (catalogue.exclude.has(`${relation.schema}.${relation.name}`)) continue;
    const kind = KINDS[String(relation.kind)] ?? 'table';
    const id = formatObjectId({ kind, name: [String(relation.schema), String(relation.name)] });
    into.add(id, objectOf(relation), `pg_class:${text(relation, 'oid')}`);
    if (relation.kind === 'r' || relation.kind === 'm') into.rows.set(id, estimatedRows(relation));
  }
}

function objectOf(relation: Fact): Record<string, unknown> {
  const parents = (relation.parents as [string, string][] | null)?.map((name) =>
    formatObjectId({ kind: 'table', name }),
  );
  return present({
    definition: text(relation, 'definition')?.replace(/;$/, '').trim(),
    columns: relation.columns,
    partitionBy: relation.partition_by,
    ...(relation.is_partition ? { partitionOf: parents?.[0], bound: relation.bound } : { inherits: parents }),
    server: relation.server,
    persistence: PERSISTENCE[String(relation.persistence)],
    options: relation.options === null ? undefined : [...(relation.options as string[])].sort(),
    rowSecurity: relation.row_security,
    forceRowSecurity: relation.force_row_security,
    replicaIdentity: relation.kind === 'v' ? undefined : REPLICA_IDENTITY[String(relation.replica_identity)],
    comment: relation.comment,
  });
}

function estimatedRows(relation: Fact): number {
  const tuples = Number(relation.tuples);
  // reltuples is -1 for a table never analysed since PostgreSQL 14, and 0 with relpages 0 before.
  return relation.bytes === null ? Math.round(tuples) : Math.ceil(Number(relation.bytes) / BYTES_PER_ROW);
}
