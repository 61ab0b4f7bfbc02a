import { Option } from 'commander';
import type { Answer } from '../../mcp/define-tool.ts';
import type { Declare } from '../act.ts';
import { ask, finish } from '../invocation.ts';
import { renderRehearsal, type ShownRehearsal } from '../render/rehearsal.ts';

/** Runs a plan on a throwaway copy. */
export const rehearse: Declare = (program, act) => {
  program
    .command('rehearse')
    .description('run a plan on a throwaway copy and measure it: time, locks, rows, what is lost, the way back')
    .argument('<plan>', 'id from "lockkeeper plan"')
    .addOption(new Option('--source <source>', 'what to rehearse on').choices(['replay', 'schema', 'backup', 'copy']))
    .action(
      act(async (invocation, planId: string, { source }: { readonly source?: string }) => {
        const answer = await ask(invocation, 'rehearse', { planId, source, detail: 'full' });
        return finish(invocation, answer, (given) =>
          Array.isArray(given.statements) && given.server !== undefined
            ? renderRehearsal(given as Answer & ShownRehearsal, invocation.screen.colors)
            : undefined,
        );
      }),
    );
};
