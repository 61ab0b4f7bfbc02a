import * as z from 'zod';
import { defineTool } from '../define-tool.ts';
import { detail, planId, runFields } from '../fields.ts';
import { runPlan } from '../run-plan.ts';

export const rollback = defineTool({
  name: 'rollback',
  title: 'Roll back or restore',
  description:
    'Runs a plan of rollback or restore, made by planOperation: takes back the latest migrations by their down halves, or puts a proven backup back. The same gate as runMigrations: a person agrees where it is due.',
  input: z.strictObject({ planId, detail }),
  output: runFields,
  can: { writesFiles: false, writesDatabase: true, destroys: true, idempotent: false },
  answer: ({ planId }, call, person) => runPlan(planId, 'rollback', call, person),
});
