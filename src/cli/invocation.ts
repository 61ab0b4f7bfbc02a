import type { NextAction } from '../core/report.ts';
import { type Answer, answerTool, failure } from '../mcp/define-tool.ts';
import type { Call } from '../pipeline.ts';
import { type ExitCode, exitCodeOf } from './exit-code.ts';
import type { Progress } from './progress.ts';
import { renderNext } from './render/next.ts';
import { clean, jsonForTerminal } from './render/text.ts';
import type { Screen } from './screen.ts';

/** One command as it was typed, and everything it may use. */
export interface Invocation {
  readonly call: Call;
  readonly screen: Screen;
  readonly progress: Progress;
  readonly json: boolean;
  readonly project?: string;
  readonly environment?: string;
}

/** The project and environment that were named, ready for a tool's input. */
export function selectionOf({ project, environment }: Invocation): { project?: string; environment?: string } {
  return { ...(project !== undefined && { project }), ...(environment !== undefined && { environment }) };
}

/** An answer of the tool of that name, as MCP would give it. Fields that are undefined were not typed. */
export async function ask(
  { call }: Invocation,
  tool: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  return answerTool(tool, given, call);
}

/** Prints an answer as JSON or for a person, and says what the process ends with. */
export function finish(
  invocation: Invocation,
  answer: Answer,
  render: (answer: Answer) => string | undefined,
): ExitCode {
  const { screen, progress } = invocation;
  progress.stop();
  if (invocation.json) {
    screen.out(jsonForTerminal(answer));
    return exitCodeOf(answer);
  }
  const body = render(answer);
  if (body !== undefined && body !== '') screen.out(body);
  printEnd(screen, answer);
  return exitCodeOf(answer);
}

/** What went wrong and what to do next, beside the result. */
export function printEnd(screen: Screen, { outcome, error, next }: Pick<Answer, 'outcome' | 'error' | 'next'>): void {
  const colors = screen.asideColors;
  if (error) {
    const paint = outcome === 'needs-approval' ? colors.yellow : colors.red;
    screen.aside(`${paint(`${outcome}: ${clean(error.code, 60)}`)}  ${clean(error.message)}`);
  } else if (outcome !== 'done') screen.aside(`${colors.dim(outcome)}`);
  if (next.length > 0) screen.aside(renderNext(next, colors));
}

/** An answer of a command that has no MCP tool, in the same shape. */
export function answerOf(
  outcome: Answer['outcome'],
  fields: Readonly<Record<string, unknown>> = {},
  next: readonly NextAction[] = [],
): Answer {
  return { outcome, next, ...fields };
}

/** The same for an error. */
export function answerOfError(error: unknown): Answer {
  return failure(error);
}
