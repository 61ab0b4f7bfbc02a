import type { Catalogue } from './catalogue.ts';
import type { Collector } from './collector.ts';

/** What must exist before what, from the server's own records: object id → ids it needs. */
export async function readDependencies(
  catalogue: Catalogue,
  from: Collector,
): Promise<ReadonlyMap<string, readonly string[]>> {
  // 16384 is FirstNormalObjectId (access/transam.h): below it is what every database has. An array type stands for its element,
  // a row type for its table, a default for its column, a view's rule for the view.
  const edges = await catalogue.facts(`
    SELECT DISTINCT
      CASE WHEN w.rulename = '_RETURN' THEN 'pg_class' ELSE x.relname END AS catalogue,
      CASE WHEN w.rulename = '_RETURN' THEN w.ev_class ELSE d.objid END::text AS oid, d.objsubid AS part,
      CASE WHEN t.typrelid <> 0 THEN 'pg_class' ELSE y.relname END AS needs_catalogue,
      CASE WHEN t.typrelid <> 0 THEN t.typrelid WHEN t.oid IS NOT NULL THEN t.oid ELSE d.refobjid END::text AS needs_oid,
      d.refobjsubid AS needs_part
    FROM canonical, pg_catalog.pg_depend d
      JOIN pg_catalog.pg_class x ON x.oid = d.classid JOIN pg_catalog.pg_class y ON y.oid = d.refclassid
      LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND w.oid = d.objid
      LEFT JOIN pg_catalog.pg_type a ON d.refclassid = 'pg_catalog.pg_type'::regclass AND a.oid = d.refobjid
      LEFT JOIN pg_catalog.pg_type t ON t.oid = CASE WHEN a.typcategory = 'A' AND a.typelem <> 0 THEN a.typelem ELSE a.oid END
    WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S')`);
  const needs = new Map<string, Set<string>>();
  for (const edge of edges) {
    const id = from.idAt(String(edge.catalogue), edge.oid, edge.part);
    const needed = from.idAt(String(edge.needs_catalogue), edge.needs_oid, edge.needs_part);
    if (id === undefined || needed === undefined || id === needed || isOwnership(id, needed)) continue;
    const set = needs.get(id) ?? new Set();
    needs.set(id, set.add(needed));
  }
  return new Map([...needs].map(([id, set]) => [id, [...set].sort()]));
}

/** A sequence "depends" on the column that owns it, while the column's default needs the sequence first. */
function isOwnership(id: string, needed: string): boolean {
  return id.startsWith('sequence:') && needed.startsWith('table:');
}
