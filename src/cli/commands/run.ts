import type { Declare } from '../act.ts';
import { walk } from '../walk.ts';
import { wholeNumber } from './options.ts';

interface Options {
  readonly plan?: string;
  readonly to?: string;
  readonly steps?: number;
}

/** Runs pending migrations. */
export const run: Declare = (program, act) => {
  program
    .command('run')
    .description('run pending migrations: plan, show, rehearse, ask where a person is due, back up, run, verify')
    .option('--plan <id>', 'run this plan, made before (also one of recover, baseline or setup)')
    .option('--to <migration>', 'the migration to stop at')
    .option('--steps <number>', 'how many migrations', wholeNumber)
    .action(
      act((invocation, { plan: planId, to, steps }: Options) =>
        walk(invocation, { tool: 'runMigrations', planId, request: { operation: 'run', to, steps } }),
      ),
    );
};
