import { Argument, Option } from 'commander';
import type { Declare } from '../act.ts';
import { ask, finish, selectionOf } from '../invocation.ts';
import { renderBackups } from '../render/backups.ts';
import { list } from './options.ts';

interface Options {
  readonly scope?: string;
  readonly tables?: readonly string[];
}

/** Takes a backup and proves it, proves an old one, or lists them. */
export const backup: Declare = (program, act) => {
  program
    .command('backup')
    .description('take a backup and prove it by restoring it elsewhere; verify one again; list them')
    .addArgument(new Argument('[action]').choices(['create', 'verify', 'list']).default('create'))
    .argument('[backup]', 'verify: which')
    .addOption(new Option('--scope <scope>', 'what to save').choices(['full', 'schema', 'tables']))
    .option('--tables <names>', 'with --scope tables', list)
    .action(
      act(async (invocation, action: string, backupId: string | undefined, options: Options) => {
        const answer = await ask(invocation, 'backup', {
          ...selectionOf(invocation),
          action,
          backupId,
          scope: options.scope,
          tables: options.tables,
        });
        return finish(invocation, answer, (given) => renderBackups(given, invocation.screen.colors));
      }),
    );
};
