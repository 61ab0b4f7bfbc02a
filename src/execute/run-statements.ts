import type { Action } from '../core/action.ts';
import type { DatabaseEngine } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Session } from '../core/ports.ts';

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
  let position = 0;
  const begin = engine.id === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN';
  try {
    if (action.transaction) await session.execute(begin);
    for (; position < action.statements.length; position++) {
      if (signal.aborted) throw cancelled();
      await session.execute(action.statements[position] ?? '');
    }
    if (action.transaction) await session.execute('COMMIT');
  } catch (error) {
    const failure =
      error instanceof LockkeeperError
        ? error
        : new LockkeeperError('INTERNAL.BUG', 'lockkeeper failed while running statements.', { cause: error });
    const undone = action.transaction && engine.transactionalDdl && (await rolledBack(session, failure));
    throw new StatementFailure(failure, position, undone);
  }
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
