import { LockkeeperError } from '../core/errors.ts';
import type { OperationRequest } from '../core/migration-tool.ts';
import type { Plan } from '../core/plan.ts';
import { plain } from '../core/untrusted.ts';
import type { StateDatabase } from '../io/state-database.ts';
import { isSealed, sealOf } from './seal.ts';

/** How a plan was asked for, so that it can be made again under the lock. */
export interface PlanRequest {
  readonly project?: string;
  readonly environment: string;
  readonly request: OperationRequest;
}

export interface StoredPlan {
  readonly plan: Plan;
  readonly request: PlanRequest;
}

/** Plans by id, sealed, so that the plan that is judged is the one that was made. A plan is spent by its first run. */
export class PlanStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  put(plan: Plan, request: PlanRequest, now: Date): void {
    const [planText, requestText] = [JSON.stringify(plan), JSON.stringify(request)];
    this.#database.run(
      'INSERT INTO plans (id, digest, plan, request, created_at, expires_at, seal) VALUES (?, ?, ?, ?, ?, ?, ?)',
      plan.id,
      plan.digest,
      planText,
      requestText,
      now.toISOString(),
      plan.expiresAt,
      sealOf(
        'plan',
        `${planText}
${requestText}`,
      ),
    );
  }

  /** After a rehearsal: the same plan, by the same digest, judged anew. */
  replace({ plan, request }: StoredPlan): void {
    const planText = JSON.stringify(plan);
    this.#database.run(
      'UPDATE plans SET plan = ?, seal = ? WHERE id = ? AND digest = ?',
      planText,
      sealOf(
        'plan',
        `${planText}
${JSON.stringify(request)}`,
      ),
      plan.id,
      plan.digest,
    );
  }

  /** Throws PLAN.UNKNOWN, PLAN.EXPIRED or PLAN.SPENT. */
  get(id: string, now: Date): StoredPlan {
    const [row] = this.#database.all('SELECT plan, request, expires_at, spent_at, seal FROM plans WHERE id = ?', id);
    const again = [{ kind: 'call-tool', label: 'Plan again', tool: 'planOperation' }] as const;
    if (!row)
      throw new LockkeeperError(
        'PLAN.UNKNOWN',
        `There is no plan ${plain(id, 60)} in this workspace. Nothing was run.`,
        { next: again },
      );
    if (!isSealed('plan', `${String(row.plan)}\n${String(row.request)}`, row.seal))
      throw new LockkeeperError(
        'PLAN.UNKNOWN',
        `Plan ${plain(id, 60)} was changed after it had been made, so it does not count. Nothing was run.`,
        { next: again },
      );
    const request = JSON.parse(String(row.request)) as PlanRequest;
    const next = [
      { kind: 'call-tool', label: 'Plan again', tool: 'planOperation', args: replanArgs(request) },
    ] as const;
    if (row.spent_at !== null)
      throw new LockkeeperError('PLAN.SPENT', `Plan ${id} was already run; a plan runs once. Nothing was run now.`, {
        next,
      });
    if (String(row.expires_at) <= now.toISOString())
      throw new LockkeeperError('PLAN.EXPIRED', `Plan ${id} expired at ${String(row.expires_at)}. Nothing was run.`, {
        next,
      });
    return { plan: JSON.parse(String(row.plan)) as Plan, request };
  }

  list(limit = 20): readonly { id: string; plan: Plan; expiresAt: string; spent: boolean }[] {
    return this.#database
      .all('SELECT id, plan, expires_at, spent_at FROM plans ORDER BY created_at DESC LIMIT ?', limit)
      .map((row) => ({
        id: String(row.id),
        plan: JSON.parse(String(row.plan)) as Plan,
        expiresAt: String(row.expires_at),
        spent: row.spent_at !== null,
      }));
  }

  /** True for exactly one caller, whichever process asks first. */
  spend(id: string, now: Date): boolean {
    return (
      this.#database.run('UPDATE plans SET spent_at = ? WHERE id = ? AND spent_at IS NULL', now.toISOString(), id) === 1
    );
  }
}

function replanArgs({ project, environment, request }: PlanRequest): Record<string, unknown> {
  return { ...(project !== undefined && { project }), environment, ...request };
}
