import { childId } from '../../../core/object-id.ts';
import { type Catalogue, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

/** Indexes that are not the inside of a constraint. */
export async function readIndexes(catalogue: Catalogue, into: Collector): Promise<void> {
  const indexes = await catalogue.facts(`
    SELECT c.oid::text AS oid, x.indrelid::text AS relation, c.relname AS name, x.indisunique AS is_unique, x.indisvalid AS valid,
      pg_catalog.pg_get_indexdef(c.oid) AS definition, am.amname AS method,
      (SELECT json_agg(pg_catalog.pg_get_indexdef(c.oid, s.position, false) ORDER BY s.position)
        FROM generate_series(1, x.indnkeyatts::int) AS s(position)) AS columns,
      pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
      EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AS inherited,
      x.indisreplident AS replica_identity, x.indisclustered AS clustered, pg_catalog.obj_description(c.oid, 'pg_class') AS comment
    FROM canonical, pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am am ON am.oid = c.relam
    WHERE ${OWN_SCHEMA('n')} AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
      WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
    ORDER BY x.indrelid, c.relname`);
  for (const index of indexes) {
    const relation = into.idAt('pg_class', index.relation);
    if (relation === undefined) continue;
    into.add(
      childId(relation, 'index', String(index.name)),
      present({
        definition: index.definition,
        columns: index.columns,
        method: index.method,
        unique: index.is_unique,
        predicate: index.predicate,
        invalid: !index.valid,
        inherited: index.inherited,
        replicaIdentity: index.replica_identity,
        clustered: index.clustered,
        comment: index.comment,
      }),
      `pg_class:${text(index, 'oid')}`,
    );
  }
}
