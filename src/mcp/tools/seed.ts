import * as z from 'zod';
import { defineTool } from '../define-tool.ts';
import { detail, planId, runFields } from '../fields.ts';
import { runPlan } from '../run-plan.ts';

export const seed = defineTool({
  name: 'seed',
  title: 'Put seed rows in',
  description:
    'Runs a plan of seed, made by planOperation. The seed is run twice on a copy first and refused if the second time changes anything. The same gate as runMigrations.',
  input: z.strictObject({ planId, detail }),
  output: runFields,
  can: { writesFiles: false, writesDatabase: true, destroys: true, idempotent: false },
  answer: ({ planId }, call, person) => runPlan(planId, 'seed', call, person),
});
