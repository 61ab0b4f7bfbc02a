import * as z from 'zod';
import { type Answer, defineTool } from '../define-tool.ts';
import { cursor, detail, hazards, outputOf, planId } from '../fields.ts';
import { nextAfter, showHazard } from '../show-plan.ts';

export const rehearse = defineTool({
  name: 'rehearse',
  title: 'Run a plan on a copy',
  description:
    'Runs a plan on a throwaway database and says what it did there: locks, rewrites, rows, what was lost, and whether the way back gives the same database. ' +
    'The real database is only read. The plan is judged again with what was seen. source: copy (rows and all; the default while small), schema, backup, or replay of the migrations.',
  input: z.strictObject({ planId, source: z.enum(['replay', 'schema', 'backup', 'copy']).optional(), detail, cursor }),
  output: outputOf({
    source: z.string(),
    server: z.looseObject({ engine: z.string(), version: z.string() }),
    statements: z.array(
      z.looseObject({
        sql: z.string(),
        ms: z.number(),
        locks: z.array(z.looseObject({ table: z.string(), mode: z.string() })),
        rewrites: z.array(z.string()),
        rowsRead: z.number(),
        rowsWritten: z.number(),
        blocks: z.enum(['nothing', 'writes', 'reads-and-writes']),
      }),
    ),
    roundTrip: z.enum(['identical', 'schema-differs', 'data-lost', 'no-down', 'not-run']),
    dataEffects: z.array(z.looseObject({ table: z.string() })),
    captured: z.boolean(),
    risk: z.string(),
    hazards,
  }),
  can: { writesFiles: false, writesDatabase: false, destroys: false, idempotent: true },
  async answer({ planId, source }, call): Promise<Answer> {
    const { standingOf, tryOut } = await import('../../pipeline.ts');
    const made = await standingOf(call, planId);
    if (made.plan.operation === 'restore')
      return {
        outcome: 'nothing-to-do',
        planId,
        message: 'A backup is proven by restoring it elsewhere; that was the rehearsal of this plan.',
        next: nextAfter(made.plan, made),
      };
    const { plan, rehearsal, requirements } = await tryOut(call, planId, source);
    const { planDigest, losses: _, schemaAfter: _after, ...seen } = rehearsal;
    const failed = rehearsal.statements.find((one) => one.error !== undefined)?.error;
    return {
      outcome: rehearsal.succeeded ? 'done' : 'failed',
      ...(!rehearsal.succeeded && {
        error: {
          code: 'REHEARSAL.FAILED',
          message:
            `The plan failed on the ${rehearsal.source}; it would fail for real too. The real database was only read. ${failed ?? ''}`.trim(),
        },
      }),
      planId,
      digest: planDigest,
      risk: plan.risk,
      ...seen,
      hazards: plan.steps.flatMap((step) => step.hazards).map(showHazard),
      approval: { required: requirements.consent !== undefined },
      next: rehearsal.succeeded
        ? nextAfter(plan, { requirements })
        : [{ kind: 'edit-file', label: 'Correct the migration, then plan again' }],
    };
  },
});
