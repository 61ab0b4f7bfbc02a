import type { Environment } from '../core/environment.ts';
import type { Hazard, HazardKind } from '../core/hazard.ts';
import type { Plan } from '../core/plan.ts';
import type { Rehearsal } from '../core/rehearsal.ts';
import { plain } from '../core/untrusted.ts';

/** What a workspace may ask for on top of the floor below. It has no way to ask for less. */
export interface TighterPolicy {
  /** Environments where every write needs a person, however harmless. */
  readonly requireConsent?: readonly string[] | undefined;
  /** Kinds of hazard that are refused in protected environments. */
  readonly forbid?: readonly HazardKind[] | undefined;
}

export interface Requirements {
  /** Why a person must agree; undefined where none need be asked. */
  readonly consent?: string;
  /** Why it must be rehearsed first. */
  readonly rehearsal?: string;
  /** Why it is refused whoever agrees. */
  readonly forbidden?: string;
}

/**
 * The floor. Harmless, proven so: a verified backup before anything that loses data, and no one is asked. Anything else counts
 * as production: a person for every write, and a rehearsal where the plan is dangerous or cannot be seen through.
 */
export function requirementsOf(plan: Plan, rehearsal: Rehearsal | undefined, policy: TighterPolicy = {}): Requirements {
  if (!plan.steps.some((step) => step.effect === 'database')) return {};
  const hazards = plan.steps.flatMap((step) => step.hazards);
  const { environment } = plan;
  const consent = consentReason(plan, hazards, policy);
  const rehearse =
    environment.protected && plan.operation !== 'restore' && !rehearsal?.succeeded
      ? rehearsalReason(hazards)
      : undefined;
  const forbidden = forbiddenReason(environment, hazards, policy);
  return {
    ...(consent !== undefined && { consent }),
    ...(rehearse !== undefined && { rehearsal: rehearse }),
    ...(forbidden !== undefined && { forbidden }),
  };
}

/** Whether a plan starts with a backup, decided from what is known before any rehearsal so that the plan stays the same after it. */
export function backupReason(environment: Environment, hazards: readonly Hazard[]): string | undefined {
  if (environment.protected)
    return `${plain(environment.name, 60)} is protected: nothing is written there without a way back.`;
  if (hazards.some((hazard) => hazard.kind === 'deletes-data' || hazard.kind === 'irreversible'))
    return 'The plan can lose data.';
  if (hazards.some((hazard) => hazard.kind === 'opaque')) return 'Part of the plan cannot be seen through.';
  return undefined;
}

function consentReason(plan: Plan, hazards: readonly Hazard[], policy: TighterPolicy): string | undefined {
  const { environment } = plan;
  // No names in here: this text goes to the model, and a name is what would grant it.
  if (environment.protected) return 'This environment is protected: it is not proven harmless.';
  if (policy.requireConsent?.includes(environment.name))
    return `lockkeeper.config.json asks for a person in ${plain(environment.name, 60)}.`;
  const backedUp = plan.steps.some((step) => step.action.kind === 'backup' && step.action.scope.kind === 'full');
  if (hazards.some((hazard) => hazard.kind === 'deletes-data') && !backedUp)
    return 'The plan loses data and starts with no backup.';
  return undefined;
}

function rehearsalReason(hazards: readonly Hazard[]): string | undefined {
  if (hazards.some((hazard) => hazard.kind === 'opaque'))
    return 'Part of the plan cannot be seen through until it has run on a copy.';
  if (hazards.some((hazard) => hazard.severity === 'danger'))
    return 'The plan is dangerous and has not run on a copy yet.';
  return undefined;
}

function forbiddenReason(
  environment: Environment,
  hazards: readonly Hazard[],
  policy: TighterPolicy,
): string | undefined {
  const outright = hazards.find((hazard) => hazard.severity === 'forbidden');
  if (outright) return outright.message;
  const unwanted = environment.protected ? hazards.find((hazard) => policy.forbid?.includes(hazard.kind)) : undefined;
  return unwanted && `lockkeeper.config.json forbids ${unwanted.kind} in protected environments: ${unwanted.message}`;
}
