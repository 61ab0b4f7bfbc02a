import type { Declare } from '../act.ts';
import { walk } from '../walk.ts';

/** Puts known rows in. */
export const seed: Declare = (program, act) => {
  program
    .command('seed')
    .description('put seed rows in; run twice on a copy first, and refused if the second time changes anything')
    .argument('[name]', 'folder of seeds; the environment, if left out')
    .option('--plan <id>', 'run this plan, made before')
    .action(
      act((invocation, name: string | undefined, { plan: planId }: { readonly plan?: string }) =>
        walk(invocation, { tool: 'seed', planId, request: { operation: 'seed', name } }),
      ),
    );
};
