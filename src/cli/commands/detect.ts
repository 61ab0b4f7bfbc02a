import type { Declare } from '../act.ts';
import { ask, finish } from '../invocation.ts';
import { renderDetected } from '../render/detect.ts';

/** What migration setups there are. */
export const detect: Declare = (program, act) => {
  program
    .command('detect')
    .description('find the migration setups of the workspace; reads files only, connects to nothing')
    .action(
      act(async (invocation) => {
        const answer = await ask(invocation, 'detectTool', { detail: 'full' });
        return finish(invocation, answer, (given) => renderDetected(given, invocation.screen.colors));
      }),
    );
};
