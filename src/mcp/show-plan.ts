import { type Hazard, SEVERITIES, type Severity } from '../core/hazard.ts';
import type { Operation } from '../core/ids.ts';
import type { Plan, Step } from '../core/plan.ts';
import type { NextAction } from '../core/report.ts';
import { backupReason } from '../gate/policy.ts';
import type { Preview } from '../pipeline.ts';
import type { Person } from './ask.ts';
import { runningTool } from './run-plan.ts';

/** A plan as the contract shows it, with what stands between it and its run. */
export function showPlan({ requirements, rehearsal }: Omit<Preview, 'plan'>, plan: Plan, person: Person | undefined) {
  const planned = plan.steps.some((step) => step.action.kind === 'backup');
  const reason = planned
    ? backupReason(
        plan.environment,
        plan.steps.flatMap((step) => step.hazards),
      )
    : undefined;
  const channels = [...(person?.reachable && person.channel === 'elicitation' ? ['elicitation'] : []), 'terminal'];
  return {
    planId: plan.id,
    digest: plan.digest,
    operation: plan.operation,
    risk: plan.risk,
    environment: plan.environment.name,
    expiresAt: plan.expiresAt,
    hazardCounts: countsOf(plan),
    ...(plan.steps.length > FEW_STEPS && { worst: worstOf(plan) }),
    steps: plan.steps.map(showStep),
    approval: {
      required: requirements.consent !== undefined,
      ...(requirements.consent !== undefined && { reason: requirements.consent }),
      channels: requirements.consent === undefined ? [] : channels,
    },
    backup: { planned, ...(reason !== undefined && { reason }) },
    rehearsal: {
      required: requirements.rehearsal !== undefined,
      done: rehearsal !== undefined,
      ...(requirements.rehearsal !== undefined && { reason: requirements.rehearsal }),
    },
    ...(requirements.forbidden !== undefined && { forbidden: requirements.forbidden }),
  };
}

function showStep(step: Step) {
  const { action } = step;
  return {
    title: step.title,
    kind: action.kind,
    effect: step.effect,
    ...(action.kind === 'statements' && { transaction: action.transaction }),
    statements: step.statements,
    hazards: step.hazards.map(showHazard),
  };
}

/** Up to here every step is shown; of a longer plan the worst is said first, wherever it stands. */
const FEW_STEPS = 8;

function countsOf(plan: Plan): Partial<Record<Severity, number>> {
  const counts: Partial<Record<Severity, number>> = {};
  for (const { severity } of plan.steps.flatMap((step) => step.hazards)) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}

function worstOf(plan: Plan) {
  return worstFirst(
    plan.steps.flatMap((step) => step.hazards.map((hazard) => ({ step: step.title, ...showHazard(hazard) }))),
  ).slice(0, 5);
}

/** Where a list is cut, what is left out must be the harmless part. */
export function worstFirst<T extends { readonly severity: Severity }>(hazards: readonly T[]): readonly T[] {
  return [...hazards].sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}

export function showHazard({ at, ...hazard }: Hazard) {
  return { ...hazard, ...(at && { file: at.file, line: at.line }) };
}

/** What comes after a plan was made or rehearsed. */
export function nextAfter(plan: Plan, { requirements }: Pick<Preview, 'requirements'>): readonly NextAction[] {
  const args = { planId: plan.id };
  if (requirements.forbidden !== undefined)
    return [{ kind: 'edit-file', label: 'This is refused whoever agrees: write it another way, then plan again' }];
  if (requirements.rehearsal !== undefined)
    return [{ kind: 'call-tool', label: 'Run it on a copy first: it may not run without', tool: 'rehearse', args }];
  const tool = runningTool(plan.operation);
  const run: NextAction = {
    kind: 'call-tool',
    label: requirements.consent === undefined ? 'Run it' : 'Run it; a person is asked first',
    tool,
    args,
  };
  const worthTrying: readonly Operation[] = ['run', 'rollback'];
  return plan.risk === 'danger' && worthTrying.includes(plan.operation)
    ? [run, { kind: 'call-tool', label: 'Or see on a copy what it does', tool: 'rehearse', args }]
    : [run];
}
