import { isAbsolute, join } from 'node:path';
import { shadowServer } from './context/shadow-server.ts';
import {
  openPlace,
  openTarget,
  type Place,
  readWorkspace,
  type Selection,
  type Target,
  type Workspace,
} from './context/workspace-context.ts';
import { LockkeeperError } from './core/errors.ts';
import type { Operation } from './core/ids.ts';
import type { OperationRequest } from './core/migration-tool.ts';
import type { Draft, Plan } from './core/plan.ts';
import type { Workbench } from './core/ports.ts';
import type { Rehearsal, RehearsalSource } from './core/rehearsal.ts';
import type { Report } from './core/report.ts';
import { execute, type Site } from './execute/execute.ts';
import { review, type Verdict } from './gate/gate.ts';
import { type Requirements, requirementsOf } from './gate/policy.ts';
import { createReader } from './io/reader.ts';
import { createWorkbench } from './io/workbench.ts';
import { writeNewFile } from './io/workspace.ts';
import { buildPlan } from './plan/build-plan.ts';
import { chooseBackup, draftRestore } from './plan/draft-restore.ts';
import { planAgain } from './plan/plan-again.ts';
import { judgeAgain } from './rehearse/judge-again.ts';
import { rehearse } from './rehearse/rehearse.ts';
import type { State } from './state/open-state.ts';

/** Where and for whom a request is carried out. */
export interface Call {
  /** Absolute path of the workspace, links resolved. */
  readonly root: string;
  readonly signal: AbortSignal;
  progress(message: string, fraction?: number): void;
  /** Opened on first use: looking at files needs no records. */
  state(): Promise<State>;
}

export interface Preview {
  /** Undefined where there is nothing to do. */
  readonly plan: Plan | undefined;
  readonly requirements: Requirements;
  readonly rehearsal: Rehearsal | undefined;
}

/** A plan that did not run, and what the gate said. */
export type Held = Exclude<Verdict, { kind: 'approved' }> & { readonly plan: Plan };

/** Request → context, read-only. Whoever looks closes the reader. */
export async function look(call: Call, selection: Selection): Promise<Place> {
  return openPlace(await readWorkspace(call.root), selection);
}

/** Context → plan: stored, shown, and nothing run. */
export async function preview(call: Call, selection: Selection, request: OperationRequest): Promise<Preview> {
  const workspace = await readWorkspace(call.root);
  const place = await openPlace(workspace, selection);
  try {
    const settled = await settle(request, place, call);
    const plan = await planFor(place, settled, call);
    if (!plan) return { plan, requirements: {}, rehearsal: undefined };
    const state = await call.state();
    state.plans.put(plan, { ...named(selection), environment: place.environment.name, request: settled }, new Date());
    state.audit.append('plan.made', {
      planId: plan.id,
      digest: plan.digest,
      operation: plan.operation,
      environment: plan.environment.name,
      risk: plan.risk,
    });
    return { plan, ...standing(plan, state, workspace) };
  } finally {
    await place.reader.close();
  }
}

/** Plan → rehearsal on a throwaway database → evidence, and the plan judged again with it. */
export async function tryOut(
  call: Call,
  planId: string,
  source?: RehearsalSource,
): Promise<Preview & { readonly plan: Plan; readonly rehearsal: Rehearsal }> {
  const state = await call.state();
  const stored = state.plans.get(planId, new Date());
  const workspace = await readWorkspace(call.root);
  return atPlace(call, workspace, stored.request, async (place, bench) => {
    const readerOn: Parameters<typeof rehearse>[1]['readerOn'] = (database) =>
      createReader({ root: call.root, database });
    const rehearsal = await rehearse(stored.plan, { ...place, bench, state, readerOn }, source);
    const plan = judgeAgain(stored.plan, rehearsal);
    state.rehearsals.put(rehearsal);
    state.plans.replace({ plan, request: stored.request });
    state.audit.append('rehearsal.done', {
      planId,
      digest: plan.digest,
      source: rehearsal.source,
      succeeded: rehearsal.succeeded,
    });
    return { ...standing(plan, state, workspace), plan, rehearsal };
  });
}

/** A plan made before, as it stands now. */
export async function standingOf(call: Call, planId: string): Promise<Preview & { readonly plan: Plan }> {
  const state = await call.state();
  const { plan } = state.plans.get(planId, new Date());
  return { plan, ...standing(plan, state, await readWorkspace(call.root)) };
}

/** Plan → gate → execute → report. A plan that the gate holds back comes back with the reason. */
export async function perform(call: Call, planId: string): Promise<Report | Held> {
  const state = await call.state();
  const stored = state.plans.get(planId, new Date());
  const workspace = await readWorkspace(call.root);
  if (stored.plan.operation === 'seed') await refuseUnlessRepeatable(call, stored.plan, state);
  const { plan, request } = state.plans.get(planId, new Date());
  const verdict = review(plan, {
    consents: state.consents,
    rehearsal: state.rehearsals.latest(plan.digest),
    policy: workspace.config.policy ?? {},
    now: new Date(),
  });
  if (verdict.kind !== 'approved') return { ...verdict, plan };
  return atPlace(call, workspace, request, async (place, bench) => {
    const site: Site = {
      ...place,
      state,
      bench,
      backupFolder: backupFolder(workspace, state),
      replan: () =>
        freshly(call, request, async (now) =>
          planAgain(plan, await draftsFor(now, request.request, call), now.context, new Date()),
        ),
      look: (work) => freshly(call, request, (now) => work(now.context)),
      writeFile: (path, contents) => writeNewFile(call.root, path, contents),
    };
    return execute(verdict.approval, site);
  });
}

/** A seed may be run again at any time, so it is run twice on a copy before it is run once for real. */
async function refuseUnlessRepeatable(call: Call, plan: Plan, state: State): Promise<void> {
  const rehearsal = state.rehearsals.latest(plan.digest) ?? (await tryOut(call, plan.id)).rehearsal;
  const next = [
    {
      kind: 'edit-file',
      label: 'Write the rows so that they can be put in twice (INSERT … ON CONFLICT DO NOTHING), then plan again',
    },
  ] as const;
  if (!rehearsal.succeeded) {
    const failed = rehearsal.statements.find((one) => one.error !== undefined)?.error ?? '';
    throw new LockkeeperError(
      'REHEARSAL.FAILED',
      `The seed failed on a copy, so it was not run. The database was not touched. ${failed}`,
    );
  }
  if (rehearsal.idempotent === false)
    throw new LockkeeperError(
      'SEED.NOT_IDEMPOTENT',
      'On a copy, running the seed a second time changed rows again or failed. It was not run; the database was not touched.',
      { next },
    );
}

/** Throws PLAN.WRONG_TOOL where a plan of another kind is brought to a tool. */
export function expectOperation(plan: Plan, expected: readonly Operation[], tool: string, rightTool: string): void {
  if (expected.includes(plan.operation)) return;
  throw new LockkeeperError(
    'PLAN.WRONG_TOOL',
    `Plan ${plan.id} is a ${plan.operation} plan; ${tool} does not run those. Nothing was run.`,
    {
      next: [{ kind: 'call-tool', label: `Use ${rightTool}`, tool: rightTool, args: { planId: plan.id } }],
    },
  );
}

export function backupFolder(workspace: Workspace, state: State): string {
  const configured = workspace.config.backups?.folder;
  if (configured === undefined) return join(state.folder, 'backups');
  return isAbsolute(configured) ? configured : join(workspace.files.root, configured);
}

/** Opens what a request names for as long as the work takes, with a workbench that leaves nothing behind. */
export function atPlace<T>(
  call: Call,
  workspace: Workspace,
  selection: Selection,
  work: (place: Place, bench: Workbench) => Promise<T>,
): Promise<T> {
  return atBench(call, workspace, async (bench) => {
    const place = await openPlace(workspace, selection);
    try {
      return await work(place, bench);
    } finally {
      await place.reader.close();
    }
  });
}

/** The same for a database without a migration project. */
export function atTarget<T>(
  call: Call,
  workspace: Workspace,
  selection: Selection,
  work: (target: Target, bench: Workbench) => Promise<T>,
): Promise<T> {
  return atBench(call, workspace, async (bench) => {
    const target = await openTarget(workspace, selection);
    try {
      return await work(target, bench);
    } finally {
      await target.reader.close();
    }
  });
}

/** A workbench for as long as the work takes. */
export async function atBench<T>(call: Call, workspace: Workspace, work: (bench: Workbench) => Promise<T>): Promise<T> {
  const bench = createWorkbench({ ...call, shadowServer: await shadowServer(workspace) });
  try {
    return await work(bench);
  } finally {
    await bench.dispose();
  }
}

async function freshly<T>(call: Call, selection: Selection, work: (place: Place) => Promise<T>): Promise<T> {
  const place = await look(call, selection);
  try {
    return await work(place);
  } finally {
    await place.reader.close();
  }
}

/** What a request leaves open is settled once, so that the plan made again under the lock is the same plan. */
async function settle(request: OperationRequest, { context }: Place, call: Call): Promise<OperationRequest> {
  if (request.operation !== 'restore' || request.backupId !== undefined) return request;
  return { ...request, backupId: chooseBackup((await call.state()).backups.list(), context.environment).id };
}

async function planFor(place: Place, request: OperationRequest, call: Call): Promise<Plan | undefined> {
  const drafts = await draftsFor(place, request, call);
  return drafts.length === 0 ? undefined : buildPlan(request, place.context, drafts, new Date());
}

/** A restore is not the migration tool's business: it is drafted the same way for all of them. */
async function draftsFor({ context, tool }: Place, request: OperationRequest, call: Call): Promise<readonly Draft[]> {
  return request.operation === 'restore'
    ? draftRestore(request, context, (await call.state()).backups)
    : tool.plan(request, context);
}

function standing(plan: Plan, state: State, workspace: Workspace): Pick<Preview, 'requirements' | 'rehearsal'> {
  const rehearsal = state.rehearsals.latest(plan.digest);
  return { requirements: requirementsOf(plan, rehearsal, workspace.config.policy), rehearsal };
}

function named({ project }: Selection): { project?: string } {
  return project === undefined ? {} : { project };
}
