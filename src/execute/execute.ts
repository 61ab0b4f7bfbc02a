import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment } from '../core/environment.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Context, MigrationTool } from '../core/migration-tool.ts';
import type { Plan, Step } from '../core/plan.ts';
import type { DatabaseHandle, Session, Workbench } from '../core/ports.ts';
import type { NextAction, Outcome, Problem, Report, StepReport } from '../core/report.ts';
import { type Approval, redeem } from '../gate/gate.ts';
import type { State } from '../state/open-state.ts';
import { type BackupSite, proveBackup, summaryOf, takeBackup } from './back-up.ts';
import { describeDrift } from './drift.ts';
import { restoreBackup } from './restore-backup.ts';
import { runStatements, StatementFailure } from './run-statements.ts';
import { settle } from './settle.ts';
import { verify } from './verify.ts';

/** Everything a run needs besides the approval. */
export interface Site {
  readonly state: State;
  readonly bench: Workbench;
  readonly database: DatabaseHandle;
  readonly tool: MigrationTool;
  readonly engine: Context['engine'];
  /** What `database` said it is when this run began: the session that writes is one to it. */
  readonly environment: Environment;
  readonly backupFolder: string;
  /** Makes the plan again from what was asked for, on the database as it is now; undefined where nothing is left to do. */
  replan(): Promise<Plan | undefined>;
  /** Works with the context as it is at the time of the call; its reader is closed afterwards. */
  look<T>(work: (context: Context) => Promise<T>): Promise<T>;
  writeFile(path: string, contents: string): Promise<void>;
}

/** The only writer: redeem → lock → plan again → steps (the backup among them) → verify → unlock (P2). */
export async function execute(approval: Approval, site: Site): Promise<Report> {
  const plan = redeem(approval);
  const { state, bench } = site;
  const runId = `run_${randomBytes(6).toString('hex')}`;
  if (!state.plans.spend(plan.id, new Date()))
    throw new LockkeeperError('PLAN.SPENT', `Plan ${plan.id} was already run. Nothing was run now.`);
  const titles = plan.steps.map((step) => step.title);
  state.runs.begin(
    { id: runId, planId: plan.id, operation: plan.operation, environment: plan.environment.name, titles },
    new Date(),
  );
  state.audit.append('run.started', {
    runId,
    planId: plan.id,
    digest: plan.digest,
    environment: plan.environment.name,
  });
  const run = new Run(plan, runId, site);
  const report = await run.walk();
  state.runs.finish(runId, report.outcome, new Date());
  state.audit.append('run.finished', {
    runId,
    outcome: report.outcome,
    ...(report.error && { error: report.error.code }),
  });
  bench.progress(report.outcome === 'done' ? 'Done' : 'Stopped', 1);
  return report;
}

class Run {
  readonly #plan: Plan;
  readonly #runId: string;
  readonly #site: Site;
  readonly #steps: StepReport[];
  #backup: Report['backup'];

  constructor(plan: Plan, runId: string, site: Site) {
    this.#plan = plan;
    this.#runId = runId;
    this.#site = site;
    this.#steps = plan.steps.map((step) => ({ title: step.title, status: 'not-run', ms: 0 }));
  }

  async walk(): Promise<Report> {
    const { bench, engine, database } = this.#site;
    const { limits } = this.#plan;
    let session: Session | undefined;
    let release: (() => Promise<void>) | undefined;
    const stop = () => void session?.cancel().catch(() => {});
    try {
      session = await bench.connect(database, { name: `lockkeeper ${this.#runId}`, ...limits });
      bench.signal.addEventListener('abort', stop, { once: true });
      const lock = await engine.lock(bench, session, database, `lockkeeper ${this.#runId}, process ${process.pid}`);
      if (!lock.held)
        throw new LockkeeperError(
          'LOCK.HELD',
          `Another migration run holds this database: ${lock.by}. Nothing was changed.`,
          {
            next: [
              {
                kind: 'call-tool',
                label: 'See where it stands, then plan again',
                tool: 'migrationStatus',
                args: this.#selection(),
              },
            ],
          },
        );
      release = lock.release;
      await this.#planAgain();
      for (const [position, step] of this.#plan.steps.entries()) await this.#perform(position, step, session);
      const verified = await verify(this.#plan, this.#site);
      return this.#report('done', { verified, next: this.#after(verified) });
    } catch (error) {
      return this.#stopped(error);
    } finally {
      bench.signal.removeEventListener('abort', stop);
      await release?.().catch(() => {});
      await session?.close().catch(() => {});
    }
  }

  /** Before the first write: what was approved must still be what would run, here, now. */
  async #planAgain(): Promise<void> {
    this.#site.bench.progress('Planning again under the migration lock');
    const fresh = await this.#site.replan();
    // The plan made again reads the URL again; the session was opened by the one read before. Both must be the approved database.
    const here = this.#site.environment.database.fingerprint === this.#plan.environment.database.fingerprint;
    if (here && fresh?.digest === this.#plan.digest) return;
    const moved = here
      ? describeDrift(this.#plan, fresh)
      : 'The environment led to another database when this run began than when the plan was made.';
    throw new LockkeeperError('PLAN.DRIFTED', `${moved} Nothing was changed.`, {
      next: [
        {
          kind: 'call-tool',
          label: 'Plan again and look at what is different',
          tool: 'planOperation',
          args: { operation: this.#plan.operation, ...this.#selection() },
        },
      ],
    });
  }

  async #perform(position: number, step: Step, session: Session): Promise<void> {
    const { bench, state } = this.#site;
    // SQLite's driver never yields: without this, a wish to stop would be heard when all is over.
    await nextTurn();
    if (bench.signal.aborted) throw new LockkeeperError('RUN.CANCELLED', 'The run was cancelled between two steps.');
    bench.progress(step.title, position / this.#plan.steps.length);
    // Written first: should this process die now, this is what is known.
    state.runs.step(this.#runId, position, 'in-doubt');
    const began = performance.now();
    const failure = await this.#act(step, session).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (!failure) return this.#mark(position, 'applied', performance.now() - began);
    const outcome = await settle(failure.error, step, this.#site);
    this.#mark(position, outcome.status, performance.now() - began, outcome.message);
    if (outcome.status !== 'applied') throw failure.error;
  }

  async #act(step: Step, session: Session): Promise<void> {
    const { action } = step;
    const { bench, engine, state, tool } = this.#site;
    const site: BackupSite = {
      engine,
      environment: this.#plan.environment,
      database: this.#site.database,
      state,
      bench,
      folder: this.#site.backupFolder,
    };
    switch (action.kind) {
      case 'backup': {
        const manifest = await proveBackup(site, await takeBackup(site, action.scope));
        this.#backup = summaryOf(manifest);
        state.runs.backup(this.#runId, manifest.id);
        return;
      }
      case 'statements':
        return runStatements(action, session, engine, bench.signal);
      case 'write-file':
        return this.#site.writeFile(action.path, action.contents);
      case 'restore':
        return restoreBackup(site, action);
      case 'command':
        throw new LockkeeperError(
          'TOOL.NOT_DRIVEN',
          `${tool.label} cannot be run by this version of lockkeeper yet. Nothing was run.`,
        );
    }
  }

  #mark(position: number, status: StepReport['status'], ms: number, message?: string): void {
    const { state } = this.#site;
    const title = this.#steps[position]?.title ?? '';
    this.#steps[position] = { title, status, ms: Math.round(ms), ...(message !== undefined && { message }) };
    state.runs.together(() => {
      state.runs.step(this.#runId, position, status, ms, message);
      state.audit.append('run.step', { runId: this.#runId, position, title, status }, { seal: false });
    });
  }

  #stopped(error: unknown): Report {
    const problem: Problem =
      error instanceof LockkeeperError
        ? error.toProblem()
        : { code: 'INTERNAL.BUG', message: 'lockkeeper itself failed; the steps say how far it came.' };
    const next = error instanceof LockkeeperError ? error.next : [];
    const outcome: Outcome = problem.code === 'PLAN.DRIFTED' ? 'refused' : 'failed';
    const failed = error instanceof StatementFailure ? this.#wayBack() : [];
    return this.#report(outcome, {
      error: { ...problem, message: `${problem.message} ${this.#dataState()}`.trim() },
      next: [...next, ...failed],
    });
  }

  /** What became of the data, from the steps: said with every failure. */
  #dataState(): string {
    const count = (status: StepReport['status']) => this.#steps.filter((step) => step.status === status).length;
    const applied = this.#steps.filter(
      (step, index) => step.status === 'applied' && this.#plan.steps[index]?.action.kind !== 'backup',
    ).length;
    if (count('failed') + count('in-doubt') + count('applied') === 0) return '';
    const parts = [
      applied === 0
        ? 'No step before it changed anything.'
        : `${applied} ${applied === 1 ? 'step' : 'steps'} before it stay applied.`,
    ];
    if (count('in-doubt') > 0) parts.push('What the last step did is not certain: look before anything else runs.');
    if (this.#backup) parts.push(`Backup ${this.#backup.id} holds the state from before.`);
    return parts.join(' ');
  }

  #wayBack(): readonly NextAction[] {
    const look: NextAction = {
      kind: 'call-tool',
      label: 'See where the database stands',
      tool: 'migrationStatus',
      args: this.#selection(),
    };
    if (!this.#backup) return [look];
    const args = { operation: 'restore', ...this.#selection(), backupId: this.#backup.id };
    return [
      look,
      { kind: 'call-tool', label: 'If it must go back to where it was, plan a restore', tool: 'planOperation', args },
    ];
  }

  #after(verified: Report['verified']): readonly NextAction[] {
    if (verified && (!verified.schema || !verified.history))
      return [
        {
          kind: 'call-tool',
          label: 'The result is not what was expected: see what differs',
          tool: 'migrationStatus',
          args: this.#selection(),
        },
      ];
    return [];
  }

  #selection(): { project: string; environment: string } {
    return { project: this.#plan.projectId, environment: this.#plan.environment.name };
  }

  #report(outcome: Outcome, rest: Pick<Report, 'next'> & Partial<Pick<Report, 'error' | 'verified'>>): Report {
    return {
      outcome,
      operation: this.#plan.operation,
      runId: this.#runId,
      steps: this.#steps,
      ...(this.#backup && { backup: this.#backup }),
      ...rest,
    };
  }
}
