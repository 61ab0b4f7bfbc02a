import { LockkeeperError } from '../core/errors.ts';
import type { Operation } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { NextAction, Report } from '../core/report.ts';
import { withoutName } from '../core/untrusted.ts';
import type { Call, Held } from '../pipeline.ts';
import type { State } from '../state/open-state.ts';
import { type Person, questionFor } from './ask.ts';
import { type Answer, isRefusal } from './define-tool.ts';

/** Which tool runs the plans of an operation. */
const RUN_BY: Partial<Record<Operation, string>> = {
  run: 'runMigrations',
  recover: 'runMigrations',
  baseline: 'runMigrations',
  'zero-downtime': 'runMigrations',
  setup: 'runMigrations',
  merge: 'runMigrations',
  rollback: 'rollback',
  restore: 'rollback',
  seed: 'seed',
};

export function runningTool(operation: Operation): string {
  return RUN_BY[operation] ?? 'runMigrations';
}

/** Carries out one plan through the gate. Where a person must agree, they are asked once, and the gate is asked again. */
export async function runPlan(planId: string, tool: string, call: Call, person: Person | undefined): Promise<Answer> {
  const { expectOperation, perform } = await import('../pipeline.ts');
  const state = await call.state();
  const { plan } = state.plans.get(planId, new Date());
  const operations = (Object.keys(RUN_BY) as Operation[]).filter((operation) => RUN_BY[operation] === tool);
  expectOperation(plan, operations, tool, runningTool(plan.operation));
  let done = await perform(call, planId);
  if ('kind' in done && done.kind === 'needs-consent') {
    const stopped = await askFor(done, tool, state, person);
    if (stopped) return stopped;
    done = await perform(call, planId);
  }
  return 'kind' in done ? held(done, tool) : finished(done, plan);
}

/** Undefined once the person agreed; otherwise how it ended. */
async function askFor(
  { plan, reason }: Held,
  tool: string,
  state: State,
  person: Person | undefined,
): Promise<Answer | undefined> {
  const question = questionFor(plan, state.rehearsals.latest(plan.digest), restoredBackup(plan));
  const said = (await person?.ask(question)) ?? { kind: 'cannot-ask' };
  if (said.kind === 'cannot-ask') return waiting(plan, reason, tool);
  const channel = person?.channel ?? 'terminal';
  if (said.kind === 'answered') {
    const { giveConsent } = await import('../gate/consent.ts');
    try {
      giveConsent(plan, { typedName: said.text, channel }, state.consents, new Date());
      state.audit.append('consent.given', { planId: plan.id, digest: plan.digest, channel });
      return undefined;
    } catch (error) {
      if (!(error instanceof LockkeeperError) || error.code !== 'GATE.DECLINED') throw error;
      person?.refused?.(question);
      return declined(plan, tool, state, channel, error.message);
    }
  }
  return declined(
    plan,
    tool,
    state,
    channel,
    'The question was declined, so nothing was approved and nothing was run.',
  );
}

function declined(plan: Plan, tool: string, state: State, channel: string, message: string): Answer {
  state.audit.append('consent.refused', { planId: plan.id, digest: plan.digest, channel });
  return {
    outcome: 'refused',
    error: {
      code: 'GATE.DECLINED',
      message: `${message} This plan is not asked about again here. Where the client answered by itself, a person can still look at the plan in a terminal of their own.`,
    },
    next: terminalRoute(plan, tool),
  };
}

function waiting(plan: Plan, reason: string, tool: string): Answer {
  return {
    outcome: 'needs-approval',
    planId: plan.id,
    risk: plan.risk,
    environment: plan.environment.name,
    approval: { required: true, reason: withoutName(reason, plan.environment.database.name), channels: ['terminal'] },
    next: terminalRoute(plan, tool),
  };
}

/** Says where a person answers, never what: the name they must type is not for the model to pass on (P3). */
function terminalRoute(plan: Plan, tool: string): readonly NextAction[] {
  return [
    {
      kind: 'run-command',
      label: `A person runs this in their own terminal, in the workspace's folder: lockkeeper approve ${plan.id}`,
    },
    { kind: 'call-tool', label: 'Once they have, run the plan', tool, args: { planId: plan.id } },
  ];
}

function held(verdict: Held, tool: string): Answer {
  const { plan, reason } = verdict;
  if (verdict.kind === 'needs-consent') return waiting(plan, reason, tool);
  const message = withoutName(reason, plan.environment.database.name);
  if (verdict.kind === 'forbidden')
    return {
      outcome: 'refused',
      error: { code: 'GATE.FORBIDDEN', message: `${message} Nothing was run, and nobody can approve it.` },
      next: [{ kind: 'edit-file', label: 'Write the migration another way, then plan again' }],
    };
  return {
    outcome: 'refused',
    error: { code: 'GATE.REHEARSAL_NEEDED', message: `${message} Nothing was run.` },
    next: [
      {
        kind: 'call-tool',
        label: 'Run it on a copy and see what it does',
        tool: 'rehearse',
        args: { planId: plan.id },
      },
    ],
  };
}

function finished(report: Report, plan: Plan): Answer {
  const { outcome, error, runId, steps, backup, verified } = report;
  const refused = error !== undefined && outcome === 'failed' && isRefusal(error.code);
  const look: NextAction = {
    kind: 'call-tool',
    label: 'See where the database stands',
    tool: 'migrationStatus',
    args: { project: plan.projectId, environment: plan.environment.name },
  };
  return {
    outcome: refused ? 'refused' : outcome,
    ...(error && { error: { ...error, message: refusedText(error.message, outcome, plan) } }),
    next: report.next.length > 0 || outcome !== 'done' ? report.next : [look],
    runId,
    steps: steps.map((step) => ({ ...step, title: refusedText(step.title, outcome, plan) })),
    ...(backup && { backup }),
    ...(verified && { verified }),
  };
}

function refusedText(text: string, outcome: Report['outcome'], plan: Plan): string {
  return outcome === 'refused' ? withoutName(text, plan.environment.database.name) : text;
}

function restoredBackup(plan: Plan): string | undefined {
  for (const { action } of plan.steps) if (action.kind === 'restore') return action.backupId;
  return undefined;
}
