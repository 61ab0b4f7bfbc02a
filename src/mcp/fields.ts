import * as z from 'zod';

/** Input fields that recur. */
export const project = z.string().optional().describe('Project id; optional where there is one');
export const environment = z.string().optional().describe('Default development');
export const detail = z.enum(['short', 'full']).optional().describe('full: uncut');
export const cursor = z.string().optional().describe('From "cut": the rest of a list');
export const planId = z.string().describe('From planOperation');

const text = z.string();
const hazard = z.looseObject({ kind: text, rule: text, severity: text, message: text });

/** Output fields that recur. Everything but outcome and next may be missing: an answer that failed has nothing else to say. */
export const hazards = z.array(hazard);
export const texts = z.array(text);

/** The output schema of a tool: what all answers have, and its own fields. */
export function outputOf<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject {
  const own = Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, z.optional(field)]));
  return z.looseObject({
    outcome: z.enum(['done', 'nothing-to-do', 'needs-approval', 'refused', 'failed']),
    error: z.looseObject({ code: text, message: text }).optional(),
    next: z.array(z.looseObject({ kind: text, label: text })),
    ...own,
  });
}

/** A backup as it is shown. */
export const backupSummary = z.looseObject({
  id: text,
  location: text,
  bytes: z.number(),
  sha256: text,
  engine: text,
  takenAt: text,
  tookMs: z.number(),
  verified: z.enum(['restored', 'read', 'unverified']),
  tables: z.number(),
  rows: z.number(),
});

/** What the tools that run plans answer. */
export const runFields = outputOf({
  runId: text,
  steps: z.array(
    z.looseObject({ title: text, status: z.enum(['applied', 'failed', 'in-doubt', 'not-run']), ms: z.number() }),
  ),
  backup: z.looseObject({ id: text, verified: text }),
  verified: z.looseObject({ schema: z.boolean(), history: z.boolean() }),
  approval: z.looseObject({ required: z.boolean() }),
});
