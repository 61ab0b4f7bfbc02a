import { childId, formatObjectId } from '../../../core/object-id.ts';
import { type Catalogue, NOT_OF_EXTENSION, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

const KINDS: Readonly<Record<string, string>> = { p: 'procedure', a: 'aggregate' };

/** Functions, procedures and aggregates, named by their argument types. */
export async function readRoutines(catalogue: Catalogue, into: Collector): Promise<void> {
  const routines = await catalogue.facts(`
    SELECT p.oid::text AS oid, n.nspname AS schema, p.proname AS name, p.prokind AS kind, l.lanname AS language,
      pg_catalog.oidvectortypes(p.proargtypes) AS signature, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
      pg_catalog.pg_get_function_result(p.oid) AS returns,
      CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END AS definition,
      (SELECT row_to_json(a) FROM (SELECT g.aggtransfn::text, g.aggfinalfn::text, g.aggcombinefn::text, g.aggserialfn::text,
        g.aggdeserialfn::text, g.aggmtransfn::text, g.aggminvtransfn::text, g.aggmfinalfn::text, g.aggfinalextra, g.aggmfinalextra,
        g.aggsortop::regoperator::text, pg_catalog.format_type(g.aggtranstype, NULL) AS state,
        g.aggkind, g.agginitval, p.proparallel FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid) a) AS aggregate,
      pg_catalog.obj_description(p.oid, 'pg_proc') AS comment
    FROM canonical, pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE ${OWN_SCHEMA('n')} AND ${NOT_OF_EXTENSION('pg_proc', 'p.oid')}
    -- Constructors of range types are made with the type.
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass
        AND d.objid = p.oid AND d.deptype = 'i')
    ORDER BY n.nspname, p.proname, p.oid`);
  for (const routine of routines) {
    const name = [String(routine.schema), String(routine.name)];
    into.add(
      formatObjectId({ kind: KINDS[String(routine.kind)] ?? 'function', name, signature: String(routine.signature) }),
      present({
        definition: text(routine, 'definition')?.trimEnd(),
        aggregate: routine.aggregate,
        arguments: routine.arguments,
        returns: routine.returns,
        language: routine.language,
        comment: routine.comment,
      }),
      `pg_proc:${text(routine, 'oid')}`,
    );
  }
}

/** Triggers a person made; those the server makes for keys and partitions follow from what is told elsewhere. */
export async function readTriggers(catalogue: Catalogue, into: Collector): Promise<void> {
  const fromParent = catalogue.version >= 130_000 ? 'AND t.tgparentid = 0' : '';
  const triggers = await catalogue.facts(`
    SELECT t.oid::text AS oid, t.tgrelid::text AS relation, t.tgname AS name, t.tgenabled AS enabled,
      pg_catalog.pg_get_triggerdef(t.oid) AS definition, pg_catalog.obj_description(t.oid, 'pg_trigger') AS comment
    FROM canonical, pg_catalog.pg_trigger t WHERE NOT t.tgisinternal ${fromParent} ORDER BY t.tgrelid, t.tgname`);
  const states: Readonly<Record<string, string>> = { D: 'disabled', R: 'replica', A: 'always' };
  for (const trigger of triggers) {
    const relation = into.idAt('pg_class', trigger.relation);
    if (relation === undefined) continue;
    into.add(
      childId(relation, 'trigger', String(trigger.name)),
      present({ definition: trigger.definition, state: states[String(trigger.enabled)], comment: trigger.comment }),
      `pg_trigger:${text(trigger, 'oid')}`,
    );
  }
}
