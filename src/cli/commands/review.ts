import type { Declare } from '../act.ts';
import { ask, finish } from '../invocation.ts';
import { planText, standingOf } from '../standing.ts';

/** Shows a plan again. */
export const review: Declare = (program, act) => {
  program
    .command('review')
    .description('read a plan in full, here in the terminal (a local page to review and approve on is not there yet)')
    .argument('<plan>', 'id of the plan')
    .action(
      act(async (invocation, planId: string) => {
        const answer = await ask(invocation, 'planOperation', { planId, detail: 'full' });
        const standing =
          !invocation.json && answer.outcome === 'done' ? await standingOf(invocation.call, planId) : undefined;
        return finish(invocation, answer, () => standing && planText(standing, invocation.screen.colors));
      }),
    );
};
