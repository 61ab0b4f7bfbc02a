import { LockkeeperError } from '../../core/errors.ts';
import { packageFile, packageFiles, programPath } from '../../io/package-files.ts';
import { writeNewFile } from '../../io/workspace.ts';
import type { Declare } from '../act.ts';
import type { ExitCode } from '../exit-code.ts';
import { answerOf, finish, type Invocation } from '../invocation.ts';
import { clean } from '../render/text.ts';

interface Options {
  readonly cursor?: boolean;
  readonly vscode?: boolean;
  readonly command?: boolean;
  readonly skill?: boolean;
}

interface Written {
  readonly path: string;
  readonly status: 'written' | 'was there already' | 'not part of this package';
}

/** Makes a workspace known to its AI client. */
export const init: Declare = (program, act) => {
  program
    .command('init')
    .description('write what an AI client needs to start lockkeeper here (.mcp.json); never overwrites')
    .option('--cursor', 'also .cursor/mcp.json')
    .option('--vscode', 'also .vscode/mcp.json')
    .option('--command', 'also the slash command: .claude/commands/db-migrate.md')
    .option('--skill', 'also the skill: .claude/skills/db-migrate/')
    .action(act(initWorkspace));
};

async function initWorkspace(invocation: Invocation, options: Options): Promise<ExitCode> {
  const { root } = invocation.call;
  const server = { command: 'node', args: [programPath(), 'mcp'] };
  const files: { path: string; contents: string | undefined }[] = [
    { path: '.mcp.json', contents: json({ mcpServers: { lockkeeper: server } }) },
  ];
  if (options.cursor) files.push({ path: '.cursor/mcp.json', contents: json({ mcpServers: { lockkeeper: server } }) });
  if (options.vscode)
    files.push({ path: '.vscode/mcp.json', contents: json({ servers: { lockkeeper: { type: 'stdio', ...server } } }) });
  if (options.command)
    files.push({ path: '.claude/commands/db-migrate.md', contents: await packageFile('prompts/db-migrate.md') });
  if (options.skill) files.push(...(await skillFiles()));
  const written: Written[] = [];
  for (const { path, contents } of files) written.push({ path, status: await writeOnce(root, path, contents) });
  const kept = written.some((one) => one.status === 'was there already' && one.path.endsWith('mcp.json'));
  const entry = { lockkeeper: server };
  const next = kept
    ? [
        {
          kind: 'edit-file' as const,
          label: `Add this to the servers in the file that was there: ${JSON.stringify(entry)}`,
        },
      ]
    : [];
  const outcome = written.some((one) => one.status === 'written') ? 'done' : 'nothing-to-do';
  const { colors } = invocation.screen;
  return finish(invocation, answerOf(outcome, { files: written, server: entry }, next), () =>
    written
      .map(
        ({ path, status }) => `${status === 'written' ? colors.green(status) : colors.yellow(status)}  ${clean(path)}`,
      )
      .join('\n'),
  );
}

async function skillFiles(): Promise<{ path: string; contents: string | undefined }[]> {
  const paths = await packageFiles('skills/db-migrate');
  if (paths.length === 0) return [{ path: '.claude/skills/db-migrate', contents: undefined }];
  return Promise.all(paths.map(async (path) => ({ path: `.claude/${path}`, contents: await packageFile(path) })));
}

async function writeOnce(root: string, path: string, contents: string | undefined): Promise<Written['status']> {
  if (contents === undefined) return 'not part of this package';
  try {
    await writeNewFile(root, path, contents);
    return 'written';
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === 'MIGRATION.EXISTS') return 'was there already';
    throw error;
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
