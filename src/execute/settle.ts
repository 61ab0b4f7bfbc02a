import { LockkeeperError } from '../core/errors.ts';
import type { Step } from '../core/plan.ts';
import type { StepStatus } from '../core/report.ts';
import { plain } from '../core/untrusted.ts';
import type { Site } from './execute.ts';
import { StatementFailure } from './run-statements.ts';

/** After a step went wrong: what became of it. Where the answer got lost, the database is asked, by its own history. */
export async function settle(
  error: unknown,
  step: Step,
  site: Pick<Site, 'tool' | 'look'>,
): Promise<{ readonly status: StepStatus; readonly message: string }> {
  const said = `${whereIn(step, error)}${error instanceof LockkeeperError ? error.message : 'lockkeeper itself failed here.'}`;
  if (error instanceof StatementFailure && error.undone)
    return { status: 'failed', message: `${said} All of this step was taken back.` };
  if (step.action.kind === 'backup') return { status: 'failed', message: `${said} The database was only read.` };
  if (!(error instanceof StatementFailure) || step.action.kind !== 'statements')
    return { status: 'failed', message: said };
  if (!step.action.transaction)
    return {
      status: error.position === 0 ? 'failed' : 'in-doubt',
      message: `${said} It ran outside a transaction: ${error.position} of ${step.action.statements.length} statements stay.`,
    };
  return (
    (await askHistory(step, site)) ?? {
      status: 'in-doubt',
      message: `${said} Whether the step was committed could not be found out.`,
    }
  );
}

/** `migrations/005_x.sql:3: ` where the statement that failed stands in a file. */
function whereIn(step: Step, error: unknown): string {
  if (!(error instanceof StatementFailure) || step.action.kind !== 'statements' || step.statements === 'unknown')
    return '';
  const at = step.locations?.[step.statements.indexOf(step.action.statements[error.position] ?? '')];
  return at ? `${plain(at.file)}:${at.line}: ` : '';
}

async function askHistory(
  step: Step,
  site: Pick<Site, 'tool' | 'look'>,
): Promise<{ status: StepStatus; message: string } | undefined> {
  const { migration } = step;
  if (!migration) return undefined;
  try {
    const { applied } = await site.look((context) => site.tool.status(context));
    const recorded = applied.some((one) => one.id === migration.id);
    return recorded === (migration.direction === 'up')
      ? {
          status: 'applied',
          message: `The connection broke, but the history shows that ${plain(migration.id)} was committed.`,
        }
      : {
          status: 'failed',
          message: `The connection broke, and the history shows that ${plain(migration.id)} was taken back.`,
        };
  } catch {
    return undefined;
  }
}
