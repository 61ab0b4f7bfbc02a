import { childId } from '../../../core/object-id.ts';
import { type Catalogue, NOT_OF_EXTENSION, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

const KINDS: Readonly<Record<string, string>> = {
  p: 'primary-key',
  u: 'unique',
  c: 'check',
  f: 'foreign-key',
  x: 'exclusion',
};
const ACTIONS: Readonly<Record<string, string>> = { r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

const namesOf = (numbers: string, relation: string) => `(SELECT json_agg(a.attname ORDER BY u.place)
  FROM unnest(${numbers}) WITH ORDINALITY AS u(number, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number)`;

/** Keys, checks and exclusions. NOT NULL constraints (rows of their own since PostgreSQL 18) are told by the column. */
export async function readConstraints(catalogue: Catalogue, into: Collector): Promise<void> {
  const constraints = await catalogue.facts(`
    SELECT k.oid::text AS oid, k.conrelid::text AS relation, k.conname AS name, k.contype AS kind, k.convalidated AS validated,
      pg_catalog.pg_get_constraintdef(k.oid) AS definition, NOT k.conislocal OR k.conparentid <> 0 AS inherited,
      CASE WHEN k.contype <> 'f' THEN k.conindid END::text AS index_oid, k.confrelid::text AS referenced,
      k.confdeltype AS on_delete, k.confupdtype AS on_update,
      ${namesOf('k.conkey', 'k.conrelid')} AS columns, ${namesOf('k.confkey', 'k.confrelid')} AS referenced_columns,
      pg_catalog.obj_description(k.oid, 'pg_constraint') AS comment
    FROM canonical, pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
    WHERE k.contype IN ('p', 'u', 'c', 'f', 'x') AND k.conrelid <> 0 AND ${OWN_SCHEMA('n')}
      AND ${NOT_OF_EXTENSION('pg_class', 'k.conrelid')}
      -- A key to a partitioned table has a twin per partition on the same table, which the server makes by itself.
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint twin WHERE twin.oid = k.conparentid AND twin.conrelid = k.conrelid)
    ORDER BY k.conrelid, k.contype, k.conname`);
  for (const constraint of constraints) {
    const table = into.idAt('pg_class', constraint.relation);
    const kind = KINDS[String(constraint.kind)];
    if (table === undefined || kind === undefined) continue;
    const foreignKey = kind === 'foreign-key' && {
      references: into.idAt('pg_class', constraint.referenced),
      referencedColumns: constraint.referenced_columns,
      onDelete: ACTIONS[String(constraint.on_delete)],
      onUpdate: ACTIONS[String(constraint.on_update)],
    };
    into.add(
      childId(table, kind, String(constraint.name)),
      present({
        definition: constraint.definition,
        columns: constraint.columns,
        ...foreignKey,
        notValid: !constraint.validated,
        inherited: constraint.inherited,
        comment: constraint.comment,
      }),
      `pg_constraint:${text(constraint, 'oid')}`,
      // What depends on a key depends, in the server's records, on the index behind it.
      ...(Number(constraint.index_oid ?? 0) === 0 ? [] : [`pg_class:${text(constraint, 'index_oid')}`]),
    );
  }
}
