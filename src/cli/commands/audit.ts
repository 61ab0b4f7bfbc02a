import type { Declare } from '../act.ts';
import { answerOf, finish } from '../invocation.ts';
import { renderTrail } from '../render/trail.ts';
import { wholeNumber } from './options.ts';

interface Options {
  readonly verify?: boolean;
  readonly limit: number;
}

const DEFAULT_ENTRIES = 200;

/** What was done in this workspace, and whether the trail of it is whole. */
export const audit: Declare = (program, act) => {
  program
    .command('audit')
    .description('what was planned, approved, rehearsed and run here')
    .option('--verify', 'check that no entry was changed, taken out or cut off; exit code 1 where one was')
    .option('--limit <number>', 'how many entries to print, the newest', wholeNumber, DEFAULT_ENTRIES)
    .action(
      act(async (invocation, { verify, limit }: Options) => {
        const { audit: trail } = await invocation.call.state();
        const found = verify ? trail.verify() : undefined;
        if (found?.broken !== undefined) {
          const message = `The audit trail is not whole: ${found.broken}. What it says after that point proves nothing.`;
          const error = { code: 'AUDIT.BROKEN', message };
          return finish(invocation, answerOf('failed', { error, entries: found.entries }), () => undefined);
        }
        if (found)
          return finish(invocation, answerOf('done', { entries: found.entries, whole: true }), () =>
            invocation.screen.colors.green(
              `The trail is whole: ${found.entries} entries, each bound to the one before.`,
            ),
          );
        const entries = trail.entries(limit);
        return finish(invocation, answerOf(entries.length === 0 ? 'nothing-to-do' : 'done', { entries }), () =>
          renderTrail(entries, invocation.screen.colors),
        );
      }),
    );
};
