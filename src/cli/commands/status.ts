import type { Declare } from '../act.ts';
import { ask, finish, selectionOf } from '../invocation.ts';
import { renderStatus } from '../render/status.ts';

/** What is applied and what is not. */
export const status: Declare = (program, act) => {
  program
    .command('status')
    .description('what is applied, what is pending, what is wrong; leaves the database exactly as it was')
    .action(
      act(async (invocation) => {
        const answer = await ask(invocation, 'migrationStatus', { ...selectionOf(invocation), detail: 'full' });
        return finish(invocation, answer, (given) => renderStatus(given, invocation.screen.colors));
      }),
    );
};
