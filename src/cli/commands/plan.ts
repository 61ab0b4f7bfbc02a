import { Argument } from 'commander';
import { OPERATIONS } from '../../core/ids.ts';
import type { Declare } from '../act.ts';
import { ask, finish, selectionOf } from '../invocation.ts';
import { renderChain } from '../render/chain.ts';
import { planText, standingOf } from '../standing.ts';
import { jsonObject, wholeNumber } from './options.ts';

interface Options {
  readonly to?: string;
  readonly steps?: number;
  readonly name?: string;
  readonly backup?: string;
  readonly change?: Readonly<Record<string, unknown>>;
  readonly request?: string;
}

/** Plans an operation; runs nothing. */
export const plan: Declare = (program, act) => {
  program
    .command('plan')
    .description('plan an operation without running anything: steps, SQL, hazards, backup, what it needs')
    .addArgument(new Argument('[operation]', 'what to plan').choices(OPERATIONS))
    .option('--to <migration>', 'the migration to stop at')
    .option('--steps <number>', 'how many migrations', wholeNumber)
    .option('--name <name>', 'folder of seeds')
    .option('--backup <id>', 'the backup to put back')
    .option('--change <json>', 'recover: {"mark":"applied"} or {"mark":"rolled-back"}', jsonObject)
    .option('--request <words>', 'free words instead of an operation: answers with a chain of operations')
    .action(
      act(async (invocation, operation: string | undefined, { to, steps, name, backup, change, request }: Options) => {
        const { call, screen } = invocation;
        const answer = await ask(invocation, 'planOperation', {
          ...selectionOf(invocation),
          operation,
          to,
          steps,
          name,
          backupId: backup,
          change,
          request,
          detail: 'full',
        });
        const standing =
          !invocation.json && typeof answer.planId === 'string' ? await standingOf(call, answer.planId) : undefined;
        return finish(invocation, answer, (given) =>
          standing ? planText(standing, screen.colors) : renderChain(given, screen.colors),
        );
      }),
    );
};
