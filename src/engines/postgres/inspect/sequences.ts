import { formatObjectId } from '../../../core/object-id.ts';
import { type Catalogue, NOT_OF_EXTENSION, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

/** Sequences; those behind identity columns are told by the column. */
export async function readSequences(catalogue: Catalogue, into: Collector): Promise<void> {
  const sequences = await catalogue.facts(`
    SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, pg_catalog.format_type(s.seqtypid, NULL) AS type,
      s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max,
      s.seqcache::text AS cache, s.seqcycle AS cycle, c.relpersistence = 'u' AS unlogged,
      o.refobjid::text AS owner, o.refobjsubid AS owner_column, pg_catalog.obj_description(c.oid, 'pg_class') AS comment
    FROM canonical, pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_depend o ON o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = c.oid
        AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
    WHERE ${OWN_SCHEMA('n')} AND ${NOT_OF_EXTENSION('pg_class', 'c.oid')} AND o.deptype IS DISTINCT FROM 'i'
    ORDER BY n.nspname, c.relname`);
  for (const sequence of sequences) {
    const ownedBy = sequence.owner === null ? undefined : into.idAt('pg_class', sequence.owner, sequence.owner_column);
    // The counter of an excluded table goes with it.
    if (sequence.owner !== null && ownedBy === undefined) continue;
    into.add(
      formatObjectId({ kind: 'sequence', name: [String(sequence.schema), String(sequence.name)] }),
      {
        type: sequence.type,
        start: sequence.start,
        increment: sequence.increment,
        min: sequence.min,
        max: sequence.max,
        cache: sequence.cache,
        ...present({ cycle: sequence.cycle, unlogged: sequence.unlogged, ownedBy, comment: sequence.comment }),
      },
      `pg_class:${text(sequence, 'oid')}`,
    );
  }
}
