import type { Declare } from '../act.ts';
import { walk } from '../walk.ts';
import { wholeNumber } from './options.ts';

interface Options {
  readonly plan?: string;
  readonly to?: string;
  readonly steps?: number;
}

/** Takes applied migrations back. */
export const rollback: Declare = (program, act) => {
  program
    .command('rollback')
    .description('take applied migrations back by their down halves, newest first; one, if nothing else is said')
    .option('--plan <id>', 'run this plan, made before')
    .option('--to <migration>', 'go back to this one; it stays applied')
    .option('--steps <number>', 'how many migrations', wholeNumber)
    .action(
      act((invocation, { plan: planId, to, steps }: Options) =>
        walk(invocation, { tool: 'rollback', planId, request: { operation: 'rollback', to, steps } }),
      ),
    );
};
