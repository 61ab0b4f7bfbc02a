import type { Context } from '../core/migration-tool.ts';
import type { Plan } from '../core/plan.ts';
import type { Report } from '../core/report.ts';
import { digestOfTables } from '../core/schema.ts';
import type { State } from '../state/open-state.ts';
import type { Site } from './execute.ts';

/**
 * Looks again after a run. `history`: each migration is recorded as the plan meant. `schema`: the schema is the one that the
 * rehearsal ended with; where there was none, the tables and columns are those the statements were predicted to leave; where
 * they could not be seen through either, there is nothing to compare with and it is false.
 */
export async function verify(
  plan: Plan,
  site: Pick<Site, 'tool' | 'state' | 'look'>,
): Promise<NonNullable<Report['verified']>> {
  return site.look(async (context) => {
    const applied = new Set((await site.tool.status(context)).applied.map((one) => one.id));
    const history = plan.steps.every(
      ({ migration }) => !migration || applied.has(migration.id) === (migration.direction === 'up'),
    );
    return { history, schema: schemaIsAsExpected(plan, context, site.state) };
  });
}

function schemaIsAsExpected(plan: Plan, context: Context, state: State): boolean {
  if (!plan.steps.some((step) => step.action.kind === 'statements' || step.action.kind === 'command')) return true;
  const rehearsal = state.rehearsals.latest(plan.digest);
  // Another version of the server may spell the same expression in another way; its digest says nothing here.
  if (rehearsal?.succeeded && rehearsal.server.version === context.environment.database.version)
    return rehearsal.schemaAfter === context.schema.digest;
  return plan.tablesAfter === digestOfTables(context.schema);
}
