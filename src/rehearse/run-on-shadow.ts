import type { DatabaseEngine } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Draft } from '../core/plan.ts';
import type { Session } from '../core/ports.ts';

/** Called around each statement, with the drafts' positions. */
export interface Watch {
  before(sql: string, step: number): Promise<void>;
  after(sql: string, step: number, ms: number): Promise<void>;
  failed(sql: string, step: number, ms: number, error: LockkeeperError): void;
}

/** Runs drafts on a shadow database, as execute/ runs them on the real one. Stops at the first failure and throws it. */
export async function runOn(
  session: Session,
  engine: Pick<DatabaseEngine, 'id'>,
  drafts: readonly Draft[],
  watch?: Watch,
): Promise<void> {
  for (const [step, { action }] of drafts.entries()) {
    if (action.kind === 'command')
      throw new LockkeeperError('TOOL.NOT_DRIVEN', 'Programs cannot be rehearsed by this version of lockkeeper yet.');
    if (action.kind !== 'statements') continue;
    try {
      if (action.transaction) await session.execute(engine.id === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN');
      for (const sql of action.statements) await watched(session, sql, step, watch);
      if (action.transaction) await session.execute('COMMIT');
    } catch (error) {
      if (action.transaction) await session.execute('ROLLBACK').catch(() => {});
      throw error;
    }
  }
}

async function watched(session: Session, sql: string, step: number, watch: Watch | undefined): Promise<void> {
  await watch?.before(sql, step);
  const began = performance.now();
  try {
    await session.execute(sql);
  } catch (error) {
    if (error instanceof LockkeeperError) watch?.failed(sql, step, performance.now() - began, error);
    throw error;
  }
  await watch?.after(sql, step, performance.now() - began);
}

export function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
