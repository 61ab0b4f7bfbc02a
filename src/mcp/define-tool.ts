import type * as z from 'zod';
import { type ErrorCode, LockkeeperError } from '../core/errors.ts';
import type { NextAction, Outcome, Problem } from '../core/report.ts';
import { fence, plain } from '../core/untrusted.ts';
import { redact } from '../io/redact.ts';
import type { Call } from '../pipeline.ts';
import { AnswerAwaited, type Person } from './ask.ts';
import { capAnswer } from './cap-answer.ts';

/** What every tool answers: MCP shows it as structuredContent, the command line prints it with --json. */
export interface Answer {
  readonly outcome: Outcome;
  readonly error?: Problem;
  readonly next: readonly NextAction[];
  readonly [field: string]: unknown;
}

/** What a tool can do at worst; the annotation hints are computed from it. */
export interface Capability {
  readonly writesFiles: boolean;
  readonly writesDatabase: boolean;
  readonly destroys: boolean;
  readonly idempotent: boolean;
}

export interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  /** Below 1,024 characters. */
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly can: Capability;
  answer(input: Record<string, unknown>, call: Call, person?: Person): Promise<Answer>;
}

/** A tool whose `answer` gets its input as its schema says. */
export function defineTool<Input extends z.ZodObject>(
  definition: Omit<ToolDefinition, 'input' | 'answer'> & {
    readonly input: Input;
    answer(input: z.infer<Input>, call: Call, person?: Person): Promise<Answer>;
  },
): ToolDefinition {
  return definition;
}

/** Codes that say "this was stopped on purpose"; every other error means that something did not work. */
const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>([
  'GATE.CONSENT_NEEDED',
  'GATE.DECLINED',
  'GATE.FORBIDDEN',
  'GATE.REHEARSAL_NEEDED',
  'PLAN.DRIFTED',
  'PLAN.WRONG_TOOL',
  'PLAN.EXPIRED',
  'PLAN.SPENT',
  'RESTORE.POPULATED',
  'RESTORE.OTHER_DATABASE',
  'MIGRATION.IRREVERSIBLE',
  'SEED.NOT_IDEMPOTENT',
  'WORKSPACE.OUTSIDE',
]);

/** Carries out one tool for MCP and for the command line alike: checks the arguments, answers, and never throws what it can say. */
export async function answerTool(name: string, rawInput: unknown, call: Call, person?: Person): Promise<Answer> {
  // Loaded here because the registry's tools import this file.
  const { TOOLS } = await import('./tools/index.ts');
  const tool = TOOLS.find((one) => one.name === name);
  if (!tool) return failure(new LockkeeperError('INPUT.INVALID', `There is no tool ${plain(name, 60)}.`));
  const parsed = tool.input.safeParse(rawInput ?? {});
  if (!parsed.success) return failure(invalid(tool.name, parsed.error));
  try {
    const answer = await tool.answer(parsed.data, call, person);
    return capAnswer(answer, parsed.data);
  } catch (error) {
    if (error instanceof AnswerAwaited) throw error;
    return capAnswer(failure(error), {});
  }
}

/** An error as an answer. What is not ours to say stays fenced and without secrets. */
export function failure(error: unknown): Answer {
  if (error instanceof LockkeeperError)
    return { outcome: isRefusal(error.code) ? 'refused' : 'failed', error: error.toProblem(), next: error.next };
  const said = error instanceof Error ? `${error.name}: ${error.message}` : 'an error without a message';
  const message = `lockkeeper itself failed. What ran before it is in the run's record. ${fence(redact(said), 300)}`;
  return {
    outcome: 'failed',
    error: { code: 'INTERNAL.BUG', message },
    next: [{ kind: 'call-tool', label: 'See where the database stands', tool: 'migrationStatus' }],
  };
}

export function isRefusal(code: string): boolean {
  return REFUSALS.has(code);
}

function invalid(tool: string, error: z.ZodError): LockkeeperError {
  const said = error.issues.slice(0, 5).map((issue) => {
    const field = issue.path.length === 0 ? namesIn(issue) : `"${plain(issue.path.join('.'), 80)}"`;
    return `${field}: ${plain(issue.message, 160)}`;
  });
  return new LockkeeperError('INPUT.INVALID', `Invalid arguments for ${tool}. Nothing was done. ${said.join('; ')}.`);
}

function namesIn(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => `"${plain(key, 60)}"`).join(', ')
    : 'the arguments';
}
