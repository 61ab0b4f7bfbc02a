import * as z from 'zod';
import { defineTool } from '../define-tool.ts';
import { detail, planId, runFields } from '../fields.ts';
import { runPlan } from '../run-plan.ts';

export const runMigrations = defineTool({
  name: 'runMigrations',
  title: 'Run a plan',
  description:
    "Runs a plan of run, recover, baseline, zero-downtime or setup, made by planOperation: backup first where something could be lost, lock, plan again and stop if anything moved, run step by step, verify. Takes nothing but the plan's id. Where a person must agree it asks them through the client, or answers needs-approval with the command a person runs in their own terminal; never try to answer for them.",
  input: z.strictObject({ planId, detail }),
  output: runFields,
  can: { writesFiles: true, writesDatabase: true, destroys: true, idempotent: false },
  answer: ({ planId }, call, person) => runPlan(planId, 'runMigrations', call, person),
});
