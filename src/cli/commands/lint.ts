import { relative, resolve } from 'node:path';
import { Option } from 'commander';
import { ENGINES } from '../../core/ids.ts';
import type { Declare } from '../act.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-code.ts';
import { ask, finish, type Invocation, selectionOf } from '../invocation.ts';
import { type Findings, findingsOf } from '../render/findings.ts';
import { githubOf } from '../render/github.ts';
import { renderLint } from '../render/lint-text.ts';
import { sarifOf } from '../render/sarif.ts';
import { jsonForTerminal } from '../render/text.ts';

interface Options {
  readonly format: 'text' | 'json' | 'sarif' | 'github';
  readonly failOn: 'caution' | 'danger';
  readonly engine?: string;
  readonly serverVersion?: string;
}

const AT_OR_ABOVE: Readonly<Record<Options['failOn'], readonly string[]>> = {
  caution: ['caution', 'danger', 'forbidden'],
  danger: ['danger', 'forbidden'],
};

/** Judges migrations before anything is planned. */
export const lint: Declare = (program, act) => {
  program
    .command('lint')
    .description('judge SQL: what each statement locks, scans, rewrites and loses, and a safer way; needs no database')
    .argument('[files...]', 'SQL files; the migrations of the project, if left out')
    .addOption(
      new Option('--format <format>', 'for people, programs, code scanning or GitHub Actions')
        .choices(['text', 'json', 'sarif', 'github'])
        .default('text'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 4 at this severity or above')
        .choices(['caution', 'danger'])
        .default('danger'),
    )
    .addOption(new Option('--engine <engine>', 'whose SQL it is, where that cannot be seen').choices(ENGINES))
    .option('--server-version <version>', 'the server it will run on, such as 15')
    .action(act(lintFiles));
};

async function lintFiles(invocation: Invocation, files: readonly string[], options: Options): Promise<ExitCode> {
  const { call, screen } = invocation;
  const answer = await ask(invocation, 'analyzeMigration', {
    ...selectionOf(invocation),
    files: files.length === 0 ? undefined : files.map((file) => fromWorkspace(call.root, file)),
    engine: options.engine,
    serverVersion: options.serverVersion,
    detail: 'full',
  });
  const findings = findingsOf(answer);
  if (options.format === 'json' || invocation.json) finish({ ...invocation, json: true }, answer, () => undefined);
  else if (options.format === 'sarif') screen.out(jsonForTerminal(sarifOf(findings)));
  else if (options.format === 'github') screen.out(githubOf(findings));
  else finish(invocation, answer, () => (answer.error ? undefined : renderLint(findings, screen.colors)));
  return isTooDangerous(findings, options.failOn) ? EXIT.hazards : exitCodeOf(answer);
}

function isTooDangerous({ findings }: Findings, failOn: Options['failOn']): boolean {
  return findings.some((finding) => AT_OR_ABOVE[failOn].includes(finding.severity));
}

/** People name files from where they stand; the tool takes them from the workspace. */
function fromWorkspace(root: string, file: string): string {
  const inside = relative(root, resolve(file));
  return (inside.startsWith('..') ? file : inside).split('\\').join('/');
}
