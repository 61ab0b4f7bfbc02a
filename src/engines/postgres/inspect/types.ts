import { formatObjectId } from '../../../core/object-id.ts';
import { type Catalogue, type Fact, NOT_OF_EXTENSION, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

const KINDS: Readonly<Record<string, string>> = { e: 'enum', d: 'domain', c: 'composite-type', r: 'range-type' };

// The type regcollation came with PostgreSQL 13.
const COLLATION_NAME = `(SELECT pg_catalog.quote_ident(xn.nspname) || '.' || pg_catalog.quote_ident(x.collname)
  FROM pg_catalog.pg_collation x JOIN pg_catalog.pg_namespace xn ON xn.oid = x.collnamespace WHERE x.oid = a.attcollation)`;

/** Enums, domains, composite and range types. */
export async function readTypes(catalogue: Catalogue, into: Collector): Promise<void> {
  const types = await catalogue.facts(`
    SELECT t.oid::text AS oid, n.nspname AS schema, t.typname AS name, t.typtype AS kind, t.typnotnull AS not_null,
      t.typdefault AS default_text, pg_catalog.pg_get_expr(t.typdefaultbin, 0) AS default_expression,
      CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
      CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN (SELECT pg_catalog.quote_ident(cn.nspname) || '.' ||
        pg_catalog.quote_ident(co.collname) FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn
        ON cn.oid = co.collnamespace WHERE co.oid = t.typcollation) END AS collation,
      (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS labels,
      (SELECT json_object_agg(k.conname, pg_catalog.pg_get_constraintdef(k.oid) ORDER BY k.conname)
        FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks,
      CASE WHEN t.typtype = 'c' THEN (SELECT json_agg(pg_catalog.quote_ident(a.attname) || ' ' ||
        pg_catalog.format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation <> at.typcollation THEN ' COLLATE ' ||
        ${COLLATION_NAME} ELSE '' END ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END AS attributes,
      (SELECT row_to_json(r) FROM (SELECT pg_catalog.format_type(g.rngsubtype, NULL) AS subtype, g.rngcanonical::text AS canonical,
        g.rngsubdiff::text AS difference FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid) r) AS range,
      c.oid::text AS relation, pg_catalog.obj_description(t.oid, 'pg_type') AS comment
    FROM canonical, pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('e', 'd', 'c', 'r') AND (c.oid IS NULL OR c.relkind = 'c')
      AND ${OWN_SCHEMA('n')} AND ${NOT_OF_EXTENSION('pg_type', 't.oid')}
    ORDER BY n.nspname, t.typname`);
  for (const type of types) {
    const kind = KINDS[String(type.kind)] ?? 'type';
    const id = formatObjectId({ kind, name: [String(type.schema), String(type.name)] });
    into.add(
      id,
      objectOf(type),
      `pg_type:${text(type, 'oid')}`,
      ...(type.relation ? [`pg_class:${text(type, 'relation')}`] : []),
    );
  }
}

function objectOf(type: Fact): Record<string, unknown> {
  return present({
    labels: type.labels,
    base: type.base,
    notNull: type.not_null,
    default: type.kind === 'd' ? (type.default_expression ?? type.default_text) : undefined,
    collation: type.collation,
    checks: type.checks,
    attributes: type.attributes,
    range: type.range,
    comment: type.comment,
  });
}
