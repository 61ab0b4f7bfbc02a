import type { Context } from '../core/migration-tool.ts';
import type { Draft, Plan } from '../core/plan.ts';
import { digestOfReads, effectOf } from './build-plan.ts';
import { freezePlan } from './freeze-plan.ts';

/**
 * The approved plan, made again from drafts on the database as it is now; its digest is the same where nothing moved. It is not
 * judged a second time: a judgement follows from the statements, the schema, the server's version and the environment, which the
 * digest covers, so where those are the same the hazards and the backup they called for are too.
 */
export async function planAgain(approved: Plan, drafts: readonly Draft[], context: Context, now: Date): Promise<Plan> {
  const steps = await Promise.all(
    drafts.map(async (draft) => ({
      ...draft,
      effect: effectOf(draft),
      hazards: [],
      contents: await digestOfReads(draft, context),
    })),
  );
  const backups = approved.steps.filter((step) => step.action.kind === 'backup');
  const { operation, limits } = approved;
  const parts = {
    operation,
    limits,
    projectId: context.project.id,
    environment: context.environment,
    schemaBefore: context.schema.digest,
  };
  return freezePlan({ ...parts, steps: [...backups, ...steps] }, now);
}
