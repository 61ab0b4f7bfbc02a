import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Action } from '../core/action.ts';
import type { DatabaseEngine } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Session } from '../core/ports.ts';

/** How long statements may run one after another before someone listens again. */
const TURN_MS = 50;

/** In characters. */
const BATCH_LENGTH = 100_000;

/** A statement failed; says which, and whether what went before it is still there. */
export class StatementFailure extends LockkeeperError {
  readonly position: number;
  /** True where the engine took everything back. */
  readonly undone: boolean;

  constructor(cause: LockkeeperError, position: number, undone: boolean) {
    super(cause.code, cause.message, { next: cause.next, cause });
    this.position = position;
    this.undone = undone;
  }
}

/** Runs an action's statements in order, in one transaction where it says so. Throws StatementFailure. */
export async function runStatements(
  action: Extract<Action, { kind: 'statements' }>,
  session: Session,
  engine: Pick<DatabaseEngine, 'id' | 'transactionalDdl'>,
  signal: AbortSignal,
): Promise<void> {
  const begin = engine.id === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN';
  const all = action.transaction ? [begin, ...action.statements, 'COMMIT'] : action.statements;
  // Outside a transaction each statement goes alone: in one message the server would make one transaction of them.
  const batches = action.transaction && session.batch ? inBatches(all) : all.map((statement) => [statement]);
  let done = 0;
  let awake = performance.now();
  try {
    for (const batch of batches) {
      if (performance.now() - awake > TURN_MS) {
        await hearSignals();
        awake = performance.now();
      }
      if (signal.aborted) throw cancelled();
      if (batch.length === 1 || !session.batch) {
        await session.execute(batch[0] ?? '');
        done++;
        continue;
      }
      const sent = await session.batch(batch);
      done += sent.done;
      if (sent.error) throw sent.error;
    }
  } catch (error) {
    const failure =
      error instanceof LockkeeperError
        ? error
        : new LockkeeperError('INTERNAL.BUG', 'lockkeeper failed while running statements.', { cause: error });
    const undone = action.transaction && engine.transactionalDdl && (await rolledBack(session, failure));
    throw new StatementFailure(failure, action.transaction ? Math.max(0, done - 1) : done, undone);
  }
}

/** One message each, small enough that a wish to stop is heard between two of them. */
function inBatches(statements: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const statement of statements) {
    if (length + statement.length > BATCH_LENGTH) {
      batches.push([]);
      length = 0;
    }
    batches.at(-1)?.push(statement);
    length += statement.length;
  }
  return batches;
}

/**
 * SQLite runs its statements in this process without a pause, so a Ctrl-C is not heard before the event loop has turned: once to come
 * back to where it waits for signals, and once more to see them.
 */
async function hearSignals(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** A lost connection ends a transaction too, but whether a COMMIT on its way was heard is not known. */
async function rolledBack(session: Session, failure: LockkeeperError): Promise<boolean> {
  if (failure.code === 'DATABASE.CONNECTION_LOST') return false;
  try {
    await session.execute('ROLLBACK');
    return true;
  } catch {
    // SQLite rolls back by itself on some errors (disk full) and then has no transaction to end.
    return true;
  }
}

export function cancelled(): LockkeeperError {
  return new LockkeeperError('RUN.CANCELLED', 'The run was cancelled.');
}
