import { digestOfData } from '../core/digest.ts';
import type { Plan } from '../core/plan.ts';
import { plain } from '../core/untrusted.ts';

/** In words, what moved between the plan that was approved and the same plan made again. */
export function describeDrift(approved: Plan, fresh: Plan | undefined): string {
  if (!fresh || fresh.steps.every((step) => step.action.kind === 'backup'))
    return 'There is nothing left to do: what the plan would have run has been run by someone else.';
  const [before, now] = [approved.environment.database, fresh.environment.database];
  // Not its name: this text goes to the model, and a name is what would grant a plan.
  if (before.fingerprint !== now.fingerprint)
    return 'The environment leads to another database now than when the plan was made.';
  if (before.version !== now.version)
    return `The server is another version now (${plain(now.version)}) than when the plan was made.`;
  if (
    digestOfData(approved.steps.map((step) => step.contents)) !== digestOfData(fresh.steps.map((step) => step.contents))
  )
    return 'Migration files were changed, added or taken away since the plan was made.';
  if (digestOfData(approved.steps.map((step) => step.action)) !== digestOfData(fresh.steps.map((step) => step.action)))
    return 'Other steps would run now than when the plan was made.';
  if (approved.schemaBefore !== fresh.schemaBefore) return 'The schema was changed since the plan was made.';
  return 'The environment is judged otherwise than when the plan was made.';
}
