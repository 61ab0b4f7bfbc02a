import { randomBytes } from 'node:crypto';
import { type Digest, digestOfData } from '../core/digest.ts';
import type { Environment } from '../core/environment.ts';
import { riskOf } from '../core/hazard.ts';
import type { Operation } from '../core/ids.ts';
import type { Limits, Plan, Step } from '../core/plan.ts';

/** How long a plan can be run. */
const PLAN_MINUTES = 60;

export interface PlanParts {
  readonly operation: Operation;
  readonly projectId: string;
  readonly environment: Environment;
  readonly schemaBefore: Digest;
  readonly limits: Limits;
  readonly steps: readonly Step[];
}

/** Makes a plan of its parts: with an id, a digest and no way to change it (P1). */
export function freezePlan(parts: PlanParts, now: Date): Plan {
  return deepFreeze({
    ...parts,
    id: `plan_${randomBytes(6).toString('hex')}`,
    risk: riskOf(parts.steps.flatMap((step) => step.hazards)),
    expiresAt: new Date(now.getTime() + PLAN_MINUTES * 60_000).toISOString(),
    digest: digestOfPlan(parts),
  });
}

/** The same plan with other hazards, as after a rehearsal. What would run is untouched, so the digest stays. */
export function withHazards(plan: Plan, steps: readonly Step[]): Plan {
  if (digestOfPlan({ ...plan, steps }) !== plan.digest)
    throw new Error('a rehearsal may change what is known of a plan, never what it runs');
  return deepFreeze({ ...plan, steps, risk: riskOf(steps.flatMap((step) => step.hazards)) });
}

/**
 * Over every byte that would run and over the identity of the database. Hazards are left out: they are an opinion about the plan,
 * and a rehearsal improves it.
 */
export function digestOfPlan(parts: PlanParts): Digest {
  const { operation, projectId, environment, schemaBefore, limits, steps } = parts;
  return digestOfData({
    operation,
    projectId,
    environment: {
      name: environment.name,
      kind: environment.kind,
      protected: environment.protected,
      database: environment.database,
    },
    schemaBefore,
    limits,
    steps: steps.map(({ action, statements, effect, contents, migration }) => ({
      action,
      statements,
      effect,
      contents,
      migration,
    })),
  });
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
