import * as z from 'zod';
import { LockkeeperError } from '../../core/errors.ts';
import { OPERATIONS, type Operation } from '../../core/ids.ts';
import type { OperationRequest } from '../../core/migration-tool.ts';
import type { Call } from '../../pipeline.ts';
import type { Person } from '../ask.ts';
import { type Answer, defineTool } from '../define-tool.ts';
import { cursor, detail, environment, hazards, outputOf, project } from '../fields.ts';
import { asksForDestruction, type Link, linkFor, readRequest } from '../read-request.ts';
import { nextAfter, showPlan } from '../show-plan.ts';

const input = z.strictObject({
  operation: z.enum(OPERATIONS).optional().describe('Left out with "request"'),
  request: z.string().max(2_000).optional().describe('Free words, such as "migrate production safely"'),
  project,
  environment,
  to: z.string().optional().describe('Migration to stop at'),
  steps: z.int().min(1).optional().describe('How many migrations'),
  name: z.string().optional().describe('seed: folder of seeds; default the environment'),
  backupId: z.string().optional().describe('restore: default the newest proven one'),
  change: z.looseObject({}).optional().describe('recover: {"mark":"applied"|"rolled-back"}'),
  planId: z.string().optional().describe('Show this plan again instead of making one'),
  detail,
  cursor,
});
type Input = z.infer<typeof input>;

/** Operations that have a tool of their own and no plan. */
const OWN_TOOL: readonly Operation[] = ['generate', 'diff', 'backup'];

export const planOperation = defineTool({
  name: 'planOperation',
  title: 'Plan a change',
  description:
    'Plans an operation without running anything: its steps, the SQL, the hazards of each with a safer way, the backup, and whether a rehearsal or a person is needed. ' +
    'The plan is stored; the tools that write take its planId and nothing else. Give "operation", or free words in "request" to get the chain of operations to go through. ' +
    'There is no reset, no push and no drop-database.',
  input,
  output: outputOf({
    planId: z.string(),
    digest: z.string(),
    risk: z.enum(['safe', 'info', 'caution', 'danger', 'forbidden']),
    environment: z.string(),
    expiresAt: z.string(),
    steps: z.array(
      z.looseObject({
        title: z.string(),
        kind: z.string(),
        effect: z.string(),
        statements: z.unknown().describe('[sql] or "unknown"'),
        hazards,
      }),
    ),
    approval: z.looseObject({ required: z.boolean(), channels: z.array(z.string()) }),
    backup: z.looseObject({ planned: z.boolean() }),
    rehearsal: z.looseObject({ required: z.boolean(), done: z.boolean() }),
    chain: z.array(z.looseObject({ operation: z.string(), tool: z.string(), why: z.string() })),
  }),
  can: { writesFiles: false, writesDatabase: false, destroys: false, idempotent: true },
  async answer(asked, call, person): Promise<Answer> {
    if (asked.planId !== undefined) return showAgain(asked.planId, call, person);
    if (asked.operation === undefined) return propose(asked, call);
    if (OWN_TOOL.includes(asked.operation)) return chainOf([linkFor(asked.operation, asked)]);
    return make(asked, asked.operation, call, person);
  },
});

async function make(asked: Input, operation: Operation, call: Call, person: Person | undefined): Promise<Answer> {
  const { preview } = await import('../../pipeline.ts');
  const { to, steps, name, backupId, change } = asked;
  const request: OperationRequest = {
    operation,
    ...(to !== undefined && { to }),
    ...(steps !== undefined && { steps }),
    ...(name !== undefined && { name }),
    ...(backupId !== undefined && { backupId }),
    ...(change !== undefined && { change }),
  };
  const made = await preview(call, asked, request).catch((error: unknown) => {
    throw withExpandRoute(error, operation, asked);
  });
  if (!made.plan)
    return {
      outcome: 'nothing-to-do',
      environment: asked.environment ?? 'development',
      steps: [],
      next: [
        {
          kind: 'call-tool',
          label: 'See where the database stands',
          tool: 'migrationStatus',
          args: linkFor('status', asked).args,
        },
      ],
    };
  return { outcome: 'done', ...showPlan(made, made.plan, person), next: nextAfter(made.plan, made) };
}

async function showAgain(planId: string, call: Call, person: Person | undefined): Promise<Answer> {
  const { standingOf } = await import('../../pipeline.ts');
  const { plan, ...standing } = await standingOf(call, planId);
  return { outcome: 'done', ...showPlan(standing, plan, person), next: nextAfter(plan, standing) };
}

/** A migration tool without such plans still has the road: the expand half is an ordinary migration. */
function withExpandRoute(error: unknown, operation: Operation, asked: Input): unknown {
  if (
    operation !== 'zero-downtime' ||
    !(error instanceof LockkeeperError) ||
    error.code !== 'TOOL.NOT_DRIVEN' ||
    error.next.length > 0
  )
    return error;
  const args = { ...linkFor('generate', asked).args, from: 'change', ...(asked.change && { change: asked.change }) };
  return new LockkeeperError(error.code, error.message, {
    cause: error,
    next: [
      {
        kind: 'call-tool',
        label: 'Generate the expand half; the answer says what comes next',
        tool: 'generateMigration',
        args,
      },
    ],
  });
}

async function propose(asked: Input, call: Call): Promise<Answer> {
  const request = asked.request ?? '';
  if (request.trim() === '')
    throw new LockkeeperError(
      'INPUT.INVALID',
      `Give "operation" (${OPERATIONS.join(', ')}) or "request" in free words. Nothing was done.`,
    );
  if (asksForDestruction(request))
    throw new LockkeeperError(
      'GATE.FORBIDDEN',
      'lockkeeper has no operation that resets, pushes over or drops a database, and no way around that. Nothing was done.',
      {
        next: [
          {
            kind: 'call-tool',
            label: 'To go back, roll back or restore a backup',
            tool: 'planOperation',
            args: { request: 'roll back' },
          },
        ],
      },
    );
  const chain = readRequest(request, {
    ...asked,
    environment: asked.environment ?? (await environmentIn(request, asked, call)),
  });
  if (chain.length > 0) return chainOf(chain);
  return {
    outcome: 'done',
    chain: [],
    next: [
      { kind: 'ask-human', label: `What is meant is not clear: one of ${OPERATIONS.join(', ')}?` },
      { kind: 'call-tool', label: 'See where the database stands', tool: 'migrationStatus' },
    ],
  };
}

function chainOf(chain: readonly Link[]): Answer {
  const [first] = chain;
  return {
    outcome: 'done',
    chain,
    next: first
      ? [{ kind: 'call-tool', label: `Begin with ${first.operation}`, tool: first.tool, args: first.args }]
      : [],
  };
}

/** The environment whose name stands in the words. */
async function environmentIn(request: string, asked: Input, call: Call): Promise<string | undefined> {
  const { environmentsOf, readWorkspace, selectProject } = await import('../../context/workspace-context.ts');
  const workspace = await readWorkspace(call.root);
  const one = asked.project !== undefined || workspace.detected.projects.length === 1;
  const known = await environmentsOf(workspace, one ? selectProject(workspace, asked.project) : undefined);
  const words = new Set(request.toLowerCase().split(/[^a-z0-9_-]+/));
  const short: Readonly<Record<string, string>> = {
    prod: 'production',
    live: 'production',
    dev: 'development',
    stage: 'staging',
  };
  const named = known.find(({ name }) => words.has(name.toLowerCase()));
  return named?.name ?? known.find(({ name }) => [...words].some((word) => short[word] === name))?.name;
}
