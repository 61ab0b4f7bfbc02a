import { Option } from 'commander';
import type { Declare } from '../act.ts';
import { ask, finish } from '../invocation.ts';
import { renderGenerated } from '../render/generated.ts';
import { jsonObject } from './options.ts';

interface Options {
  readonly from?: string;
  readonly up?: string;
  readonly down?: string;
  readonly change?: Readonly<Record<string, unknown>>;
  readonly diff?: readonly string[];
}

/** Writes a new migration in the project's own format. */
export const generate: Declare = (program, act) => {
  program
    .command('generate')
    .description("write a new migration in the migration tool's own format; never overwrites")
    .argument('<name>', 'what it does, in a few words')
    .addOption(
      new Option('--from <source>', 'where it comes from').choices(['models', 'sql', 'change', 'diff', 'empty']),
    )
    .option('--up <sql>', 'with --from sql: the forward half')
    .option('--down <sql>', 'with --from sql: the backward half')
    .option('--change <json>', 'with --from change: {"kind":"add-column","table":…}', jsonObject)
    .option('--diff <sides...>', 'with --from diff: two sides, as in "lockkeeper diff"')
    .action(
      act(async (invocation, name: string, { from, up, down, change, diff }: Options) => {
        const answer = await ask(invocation, 'generateMigration', {
          name,
          project: invocation.project,
          from,
          change,
          sql: up === undefined ? undefined : { up, ...(down !== undefined && { down }) },
          diff: diff === undefined ? undefined : { from: diff[0], to: diff[1] },
        });
        return finish(invocation, answer, (given) => renderGenerated(given, invocation.screen.colors));
      }),
    );
};
