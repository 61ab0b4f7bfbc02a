import { Command, CommanderError } from 'commander';
import type { Answer } from '../mcp/define-tool.ts';
import { openState, type State } from '../state/open-state.ts';
import type { Act } from './act.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { onInterrupt } from './interrupt.ts';
import { answerOfError, type Invocation, printEnd } from './invocation.ts';
import { Progress } from './progress.ts';
import { clean, jsonForTerminal } from './render/text.ts';
import { workspaceRoot } from './root.ts';
import { createScreen, type Screen } from './screen.ts';
import { VERSION } from './version.ts';

interface Globals {
  readonly root?: string;
  readonly project?: string;
  readonly environment?: string;
  readonly json?: boolean;
}

const FOOTER = `
Exit codes: 0 done or nothing to do · 1 failed · 2 wrong usage · 3 refused or approval missing · 4 hazards at or above --fail-on.
No option and no variable agrees in a person's place: what needs a person asks one, in this terminal or with "lockkeeper approve".`;

/** Runs one command and gives back what the process ends with. `argv` holds what follows the program's name. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const screen = createScreen();
  const stop = new AbortController();
  const release = onInterrupt(stop, (message) => screen.aside(message));
  let exit: ExitCode = EXIT.done;
  const act: Act =
    (work) =>
    async (...args) => {
      const command = args.at(-1);
      const globals: Globals = command instanceof Command ? command.optsWithGlobals() : {};
      exit = await invoke(globals, screen, stop.signal, (invocation) => work(invocation, ...(args as never)));
    };
  try {
    await createProgram(act, screen).parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    // What commander could not read, it has already said; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return report(answerOfError(error), screen, argv.includes('--json'));
  } finally {
    release();
  }
}

async function invoke(
  globals: Globals,
  screen: Screen,
  signal: AbortSignal,
  work: (invocation: Invocation) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { project, environment, json = false } = globals;
  const progress = new Progress();
  let opened: Promise<State> | undefined;
  try {
    const root = await workspaceRoot(globals.root);
    const state = () => {
      opened ??= openState(root);
      return opened;
    };
    return await work({
      call: { root, signal, state, progress: (message, fraction) => progress.report(message, fraction) },
      screen,
      progress,
      json,
      ...(project !== undefined && { project }),
      ...(environment !== undefined && { environment }),
    });
  } catch (error) {
    progress.stop();
    return report(answerOfError(error), screen, json);
  } finally {
    progress.stop();
    await opened?.then(
      (state) => state.close(),
      () => {},
    );
  }
}

function report(answer: Answer, screen: Screen, json: boolean): ExitCode {
  if (json) screen.out(jsonForTerminal(answer));
  else printEnd(screen, answer);
  return exitCodeOf(answer);
}

function createProgram(act: Act, screen: Screen): Command {
  const program = new Command('lockkeeper')
    .description('Changes live databases safely: looks, plans, rehearses, asks, backs up, runs, verifies.')
    .version(VERSION, '-V, --version')
    // So that everything after a command's name is the command's, `--` and what follows it included.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => screen.out(text.trimEnd()),
      // Repeats what was typed, which may have come from a file's name.
      writeErr: (text) =>
        screen.aside(
          text
            .trimEnd()
            .split('\n')
            .map((line) => clean(line))
            .join('\n'),
        ),
    })
    .addHelpText('after', FOOTER);
  withGlobals(program);
  for (const declare of COMMANDS) declare(program, act);
  for (const command of program.commands) withGlobals(command.copyInheritedSettings(program));
  return program;
}

/** Typed before or after the command's name. */
function withGlobals(command: Command): void {
  command
    .option('--root <dir>', 'the workspace (else LOCKKEEPER_ROOT, CLAUDE_PROJECT_DIR, the current folder)')
    .option('--project <id>', 'which project, where there are several')
    .option('-e, --environment <name>', 'which environment (default: development)')
    .option('--json', 'print the structured answer, the same that the MCP tool gives');
}
