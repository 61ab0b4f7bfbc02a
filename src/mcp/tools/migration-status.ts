import { join } from 'node:path';
import * as z from 'zod';
import type { MigrationProblem, MigrationStatus } from '../../core/migration-tool.ts';
import { parseObjectId } from '../../core/object-id.ts';
import type { Schema } from '../../core/schema.ts';
import { plain } from '../../core/untrusted.ts';
import type { Call } from '../../pipeline.ts';
import type { RunRecord } from '../../state/run-store.ts';
import { type Answer, defineTool } from '../define-tool.ts';
import { cursor, detail, environment, outputOf, project } from '../fields.ts';

export const migrationStatus = defineTool({
  name: 'migrationStatus',
  title: 'See applied and pending migrations',
  description:
    'What is applied, what is pending and what is wrong (failed, edited, missing, out of order, interrupted runs), each with what to do next. ' +
    'Only looks: no history table is created. Call it before planning and after every run.',
  input: z.strictObject({ project, environment, detail, cursor }),
  output: outputOf({
    applied: z.array(z.looseObject({ id: z.string() })),
    pending: z.array(z.looseObject({ id: z.string(), file: z.string() })),
    problems: z.array(z.looseObject({ kind: z.string(), message: z.string() })),
    database: z.looseObject({ engine: z.string(), version: z.string(), name: z.string() }),
    environment: z.looseObject({ name: z.string(), kind: z.string(), protected: z.boolean() }),
  }),
  can: { writesFiles: false, writesDatabase: false, destroys: false, idempotent: true },
  async answer(asked, call): Promise<Answer> {
    const { look } = await import('../../pipeline.ts');
    const place = await look(call, asked);
    try {
      const status = await place.tool.status(place.context);
      const { engine, version, name } = place.environment.database;
      const problems = [
        ...status.problems,
        ...invalidIndexes(place.context.schema),
        ...(await problemsOfRuns(call, place.environment.name, status)),
      ];
      const { evidence, kind, protected: guarded, urlSource } = place.environment;
      const args = {
        operation: 'run',
        ...(asked.project !== undefined && { project: asked.project }),
        environment: place.environment.name,
      };
      return {
        outcome: 'done',
        counts: { applied: status.applied.length, pending: status.pending.length, problems: problems.length },
        problems,
        pending: status.pending,
        ...(status.applied.length > 0 && { latest: status.applied.at(-1) }),
        applied: status.applied,
        database: { engine, version, name },
        environment: { name: place.environment.name, kind, protected: guarded, urlSource, evidence },
        next:
          problems.length === 0 && status.pending.length > 0
            ? [{ kind: 'call-tool', label: 'Plan to run what is pending', tool: 'planOperation', args }]
            : (problems[0]?.next ?? []),
      };
    } finally {
      await place.reader.close();
    }
  },
});

/** What CREATE INDEX CONCURRENTLY leaves behind when it fails or is cut off: written to by everyone, of use to nobody. */
function invalidIndexes(schema: Schema): readonly MigrationProblem[] {
  return [...schema.objects]
    .filter(([id, facts]) => facts.invalid === true && parseObjectId(id).child?.kind === 'index')
    .map(([id]) => ({
      kind: 'failed',
      message: `${plain(id, 200)} is INVALID: building it did not end well or has not ended yet. It slows writes down, serves no query, and its name is taken.`,
      next: [
        {
          kind: 'edit-file',
          label:
            'If nothing builds it now: take it away with DROP INDEX CONCURRENTLY before what makes it runs again, as the first statement of that migration or by hand',
        },
      ],
    }));
}

/** Looking must leave no trace, so the records are read only where there are some. */
async function problemsOfRuns(
  call: Call,
  environment: string,
  status: MigrationStatus,
): Promise<readonly MigrationProblem[]> {
  const { workbenchFiles } = await import('../../io/files.ts');
  if (!(await workbenchFiles.exists(join(call.root, '.lockkeeper', 'state.sqlite')))) return [];
  const { runs } = await call.state();
  const here = (run: RunRecord) => run.environment === environment;
  const newest = runs.list(50);
  // Cut off after its last migration: there is nothing left to run, so no later run would ever clear it.
  const isThrough = status.pending.length === 0 && status.problems.length === 0;
  const later = (run: RunRecord) =>
    newest.some((one) => one.outcome === 'done' && here(one) && one.startedAt > run.startedAt);
  return [
    ...newest.filter((run) => run.outcome === 'running' && here(run)).map(underWay),
    // Once a later run went through here, the database was looked at and left in order.
    ...runs
      .interrupted()
      .filter((run) => here(run) && !later(run) && !(run.operation === 'run' && isThrough))
      .map(interrupted),
  ];
}

function underWay(run: RunRecord): MigrationProblem {
  return {
    kind: 'locked',
    message: `Run ${run.id} (${run.operation}) has been under way since ${run.startedAt}. Nothing else can run on this database until it ends.`,
    next: [
      {
        kind: 'call-tool',
        label: 'Look again when it has ended',
        tool: 'migrationStatus',
        args: { environment: run.environment },
      },
    ],
  };
}

function interrupted(run: RunRecord): MigrationProblem {
  const titled = (status: string) =>
    run.steps.filter((step) => step.status === status).map((step) => plain(step.title, 120));
  const [doubt, applied, rest] = [titled('in-doubt'), titled('applied'), titled('not-run')];
  const parts = [
    `Run ${run.id} (${run.operation}) of ${run.startedAt} was cut off: its process is gone.`,
    doubt.length > 0
      ? `In doubt: ${doubt.join('; ')}. A step in a transaction was rolled back unless the history above shows it.`
      : 'No step was under way.',
    applied.length > 0 ? `Applied: ${applied.join('; ')}.` : '',
    rest.length > 0 ? `Not run: ${rest.join('; ')}.` : '',
    run.backupId === undefined ? '' : `Backup ${run.backupId} holds the state from before.`,
  ];
  const args = { environment: run.environment };
  return {
    kind: 'failed',
    message: parts.filter((part) => part !== '').join(' '),
    next: [
      {
        kind: 'call-tool',
        label: 'Compare the schema with what the migrations make',
        tool: 'diffSchemas',
        args: { from: 'migrations', to: run.environment },
      },
      {
        kind: 'call-tool',
        label: 'Plan again from where the database stands',
        tool: 'planOperation',
        args: { operation: 'run', ...args },
      },
      ...(run.backupId === undefined
        ? []
        : [
            {
              kind: 'call-tool',
              label: 'Or plan to go back',
              tool: 'planOperation',
              args: { operation: 'restore', ...args, backupId: run.backupId },
            } as const,
          ]),
    ],
  };
}
