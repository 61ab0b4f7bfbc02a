import { openTarget, readWorkspace } from '../context/workspace-context.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { withoutName } from '../core/untrusted.ts';
import { type Call, standingOf as standingInPipeline } from '../pipeline.ts';
import { whyNobodyCanBeAsked } from './consent.ts';
import { renderPlan, type ShownPlan } from './render/plan.ts';
import type { Colors } from './screen.ts';

export interface Standing extends ShownPlan {
  /** A person has agreed and it has not been used yet. */
  readonly agreed: boolean;
}

/** A stored plan and what it still needs. Throws PLAN.UNKNOWN, PLAN.EXPIRED or PLAN.SPENT. */
export async function standingOf(call: Call, planId: string): Promise<Standing> {
  const standing = await standingInPipeline(call, planId);
  const { consents } = await call.state();
  return { ...standing, agreed: consents.find(standing.plan.digest, new Date()) !== undefined };
}

/** The plan as a person reads it. The database's name is left out where no person reads: it is what they would answer with (P3). */
export function planText(standing: Standing, colors: Colors): string {
  const text = renderPlan(standing, colors);
  const due = standing.requirements.consent !== undefined && whyNobodyCanBeAsked() !== undefined;
  return due ? withoutName(text, standing.plan.environment.database.name) : text;
}

/** Where the plan would run, asked now. Throws PLAN.DRIFTED where the environment leads to another database than it did. */
export async function placeNow(call: Call, planId: string): Promise<string> {
  const { plan, request } = (await call.state()).plans.get(planId, new Date());
  const target = await openTarget(await readWorkspace(call.root), request);
  try {
    if (target.environment.database.fingerprint !== plan.environment.database.fingerprint) throw anotherDatabase(plan);
    return target.database.place;
  } finally {
    await target.reader.close();
  }
}

function anotherDatabase(plan: Plan): LockkeeperError {
  const args = { operation: plan.operation, environment: plan.environment.name };
  return new LockkeeperError(
    'PLAN.DRIFTED',
    'The environment leads to another database now than when the plan was made. Nothing was approved and nothing was run.',
    { next: [{ kind: 'call-tool', label: 'Plan again', tool: 'planOperation', args }] },
  );
}
