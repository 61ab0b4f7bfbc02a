import type { Declare } from '../act.ts';
import { walk } from '../walk.ts';

/** Puts a backup back. */
export const restore: Declare = (program, act) => {
  program
    .command('restore')
    .description('put a backup back, whole or not at all; what is there now is replaced, and the plan says so')
    .argument('[backup]', 'which; the newest proven one, if left out')
    .option('--plan <id>', 'run this plan, made before')
    .action(
      act((invocation, backupId: string | undefined, { plan: planId }: { readonly plan?: string }) =>
        walk(invocation, { tool: 'rollback', planId, request: { operation: 'restore', backupId } }),
      ),
    );
};
