import { childId, formatObjectId } from '../../../core/object-id.ts';
import { type Catalogue, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

const COMMANDS: Readonly<Record<string, string>> = { r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' };

/** Row-level policies, rewrite rules and extended statistics. */
export async function readRules(catalogue: Catalogue, into: Collector): Promise<void> {
  const policies = await catalogue.facts(`
    SELECT p.oid::text AS oid, p.polrelid::text AS relation, p.polname AS name, p.polcmd AS command, p.polpermissive AS permissive,
      (SELECT json_agg(coalesce(r.rolname, 'public') ORDER BY r.rolname) FROM unnest(p.polroles) AS u(role)
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = u.role) AS roles,
      pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using_expression,
      pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression,
      pg_catalog.obj_description(p.oid, 'pg_policy') AS comment
    FROM canonical, pg_catalog.pg_policy p ORDER BY p.polrelid, p.polname`);
  for (const policy of policies) {
    const table = into.idAt('pg_class', policy.relation);
    if (table === undefined) continue;
    const object = present({
      command: COMMANDS[String(policy.command)] ?? 'ALL',
      restrictive: !policy.permissive,
      roles: policy.roles,
      using: policy.using_expression,
      withCheck: policy.check_expression,
      comment: policy.comment,
    });
    into.add(childId(table, 'policy', String(policy.name)), object, `pg_policy:${text(policy, 'oid')}`);
  }
  const rules = await catalogue.facts(`
    SELECT r.oid::text AS oid, r.ev_class::text AS relation, r.rulename AS name, pg_catalog.pg_get_ruledef(r.oid) AS definition
    FROM canonical, pg_catalog.pg_rewrite r WHERE r.rulename <> '_RETURN' ORDER BY r.ev_class, r.rulename`);
  for (const rule of rules) {
    const relation = into.idAt('pg_class', rule.relation);
    if (relation === undefined) continue;
    const definition = String(rule.definition).replace(/;$/, '');
    into.add(childId(relation, 'rule', String(rule.name)), { definition }, `pg_rewrite:${text(rule, 'oid')}`);
  }
  const statistics = await catalogue.facts(`
    SELECT s.oid::text AS oid, n.nspname AS schema, s.stxname AS name, pg_catalog.pg_get_statisticsobjdef(s.oid) AS definition
    FROM canonical, pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
    WHERE ${OWN_SCHEMA('n')} ORDER BY n.nspname, s.stxname`);
  for (const one of statistics) {
    const id = formatObjectId({ kind: 'statistics', name: [String(one.schema), String(one.name)] });
    into.add(id, { definition: one.definition }, `pg_statistic_ext:${text(one, 'oid')}`);
  }
}
