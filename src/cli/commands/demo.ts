import { Option } from 'commander';
import type { Declare } from '../act.ts';

/** The whole walk, shown on databases that the demo makes and throws away. */
export const demo: Declare = (program, act) => {
  program
    .command('demo')
    .description('watch the whole walk on throwaway databases: SQLite and embedded PostgreSQL; under a minute')
    .addOption(new Option('--only <engine>', 'one of the two').choices(['sqlite', 'postgres']))
    .action(
      act(async (invocation, { only }: { readonly only?: 'sqlite' | 'postgres' }) => {
        const { tellStory } = await import('../demo/story.ts');
        return tellStory(invocation, only === undefined ? ['sqlite', 'postgres'] : [only]);
      }),
    );
};
