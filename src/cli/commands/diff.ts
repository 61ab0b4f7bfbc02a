import { Option } from 'commander';
import { ENGINES } from '../../core/ids.ts';
import type { Declare } from '../act.ts';
import { ask, finish } from '../invocation.ts';
import { renderDiff } from '../render/diff.ts';

/** Compares two schemas. */
export const diff: Declare = (program, act) => {
  program
    .command('diff')
    .description('compare two schemas and write the SQL between them, both ways; changes nothing')
    .argument('<from>', "an environment's name, migrations, models, backup:ID or file:PATH")
    .argument('<to>', 'the same')
    .addOption(new Option('--engine <engine>', 'where both sides are files').choices(ENGINES))
    .action(
      act(async (invocation, from: string, to: string, { engine }: { readonly engine?: string }) => {
        const { project } = invocation;
        const answer = await ask(invocation, 'diffSchemas', { from, to, project, engine, detail: 'full' });
        return finish(invocation, answer, (given) => renderDiff(given, invocation.screen.colors));
      }),
    );
};
