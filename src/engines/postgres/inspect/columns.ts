import { childId } from '../../../core/object-id.ts';
import { type Catalogue, type Fact, NOT_OF_EXTENSION, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

const STORAGE: Readonly<Record<string, string>> = { p: 'plain', e: 'external', m: 'main', x: 'extended' };

/** Columns of tables, in their order; the order is not part of what is compared. */
export async function readColumns(catalogue: Catalogue, into: Collector): Promise<void> {
  // attgenerated came with PostgreSQL 12, attcompression with 14.
  const generated = catalogue.version >= 120_000 ? 'a.attgenerated' : "''";
  const compression = catalogue.version >= 140_000 ? "nullif(a.attcompression, '')" : 'NULL';
  const columns = await catalogue.facts(`
    SELECT a.attrelid::text AS relation, a.attnum AS number, a.attname AS name, a.attnotnull AS not_null,
      pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, ${generated} AS generated, a.attidentity AS identity,
      pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression, d.oid::text AS default_oid, NOT a.attislocal OR c.relispartition AS inherited,
      CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage, ${compression} AS compression,
      CASE WHEN a.attcollation <> t.typcollation THEN (SELECT pg_catalog.quote_ident(cn.nspname) || '.' ||
        pg_catalog.quote_ident(co.collname) FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn
        ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END AS collation,
      pg_catalog.col_description(a.attrelid, a.attnum) AS comment,
      s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max,
      s.seqcache::text AS cache, s.seqcycle AS cycle, s.seqrelid::text AS sequence
    FROM canonical, pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      LEFT JOIN (pg_catalog.pg_depend i JOIN pg_catalog.pg_sequence s ON s.seqrelid = i.objid) ON a.attidentity <> ''
        AND i.deptype = 'i' AND i.classid = 'pg_catalog.pg_class'::regclass AND i.refclassid = 'pg_catalog.pg_class'::regclass
        AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum
    WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
      AND ${OWN_SCHEMA('n')} AND ${NOT_OF_EXTENSION('pg_class', 'c.oid')}
    ORDER BY a.attrelid, a.attnum`);
  for (const column of columns) {
    const table = into.idAt('pg_class', column.relation);
    if (table === undefined) continue;
    const address = `pg_class:${text(column, 'relation')}:${text(column, 'number')}`;
    into.add(
      childId(table, 'column', String(column.name)),
      objectOf(column),
      address,
      `pg_attrdef:${text(column, 'default_oid')}`,
    );
  }
}

function objectOf(column: Fact): Record<string, unknown> {
  const generated = column.generated === '' ? undefined : column.generated === 'v' ? 'virtual' : 'stored';
  return {
    type: column.type,
    notNull: column.not_null,
    ...present({
      default: generated ? undefined : column.expression,
      generated: generated && { expression: column.expression, kind: generated },
      identity: column.identity === '' ? undefined : identityOf(column),
      collation: column.collation,
      storage: STORAGE[String(column.storage)],
      compression: column.compression === 'p' ? 'pglz' : column.compression === 'l' ? 'lz4' : undefined,
      inherited: column.inherited,
      comment: column.comment,
    }),
  };
}

/** The sequence behind an identity column is part of it: only what differs from the default is told. */
function identityOf(column: Fact): Record<string, unknown> {
  const limits: Readonly<Record<string, string>> = { smallint: '32767', integer: '2147483647' };
  const max = limits[String(column.type)] ?? '9223372036854775807';
  const differs = (field: string, usual: string) => (column[field] === usual ? undefined : column[field]);
  return present({
    kind: column.identity === 'a' ? 'always' : 'by default',
    start: differs('start', '1'),
    increment: differs('increment', '1'),
    min: differs('min', '1'),
    max: differs('max', max),
    cache: differs('cache', '1'),
    cycle: column.cycle,
  });
}
