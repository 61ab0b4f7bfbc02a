import { digestOfData } from '../core/digest.ts';
import type { Hazard } from '../core/hazard.ts';
import type { Effect } from '../core/ids.ts';
import type { Context, OperationRequest } from '../core/migration-tool.ts';
import type { Draft, Limits, Plan, Step } from '../core/plan.ts';
import { digestOfTables, type Schema } from '../core/schema.ts';
import { backupReason } from '../gate/policy.ts';
import { judgeStatements } from '../hazards/judge.ts';
import { freezePlan } from './freeze-plan.ts';

/** A lock that is not had in five seconds is given up: everyone who comes after a waiting ALTER waits behind it. */
export const DEFAULT_LIMITS: Limits = { statementMs: 3_600_000, lockWaitMs: 5_000 };

/** Drafts → judged steps → a backup first where something could be lost → frozen. Writes nothing. */
export async function buildPlan(
  request: OperationRequest,
  context: Context,
  drafts: readonly Draft[],
  now: Date,
): Promise<Plan> {
  const judged = await judgeDrafts(drafts, context);
  const hazards = judged.steps.flatMap((step) => step.hazards);
  const writes = judged.steps.some((step) => step.effect === 'database');
  const reason = writes ? backupReason(context.environment, hazards) : undefined;
  const steps = reason === undefined ? judged.steps : [backupFirst(), ...judged.steps];
  return freezePlan(
    {
      operation: request.operation,
      projectId: context.project.id,
      environment: context.environment,
      schemaBefore: context.schema.digest,
      limits: DEFAULT_LIMITS,
      steps,
      ...(judged.seenThrough && { tablesAfter: digestOfTables(judged.schemaAfter) }),
    },
    now,
  );
}

interface Judged {
  readonly steps: readonly Step[];
  readonly schemaAfter: Schema;
  readonly seenThrough: boolean;
}

/** Each statement is judged on the schema that the ones before it leave. Adapters propose; this is where judgement lies (P4). */
async function judgeDrafts(drafts: readonly Draft[], context: Context): Promise<Judged> {
  const steps: Step[] = [];
  let schema = context.schema;
  let seenThrough = true;
  for (const draft of drafts) {
    const effect = effectOf(draft);
    let hazards: readonly Hazard[] = [];
    const statements = visibleStatements(draft);
    if (statements === 'unknown') {
      hazards = [opaque(draft)];
      seenThrough = false;
    } else if (effect === 'database' && draft.action.kind !== 'restore') {
      const transaction = draft.action.kind === 'statements' && draft.action.transaction;
      const located = locate(statements, draft);
      const judged = await judgeStatements(context.engine, located, {
        schema,
        version: context.environment.database.version,
        transaction,
      });
      hazards = judged.hazards;
      schema = judged.schemaAfter;
      seenThrough &&= judged.unparsed === 0 && !hazards.some((hazard) => hazard.kind === 'opaque');
    } else if (draft.action.kind === 'restore') {
      hazards = restoreHazards(draft.action.replace);
      seenThrough = false;
    }
    steps.push({ ...draft, effect, hazards, contents: await digestOfReads(draft, context) });
  }
  return { steps, schemaAfter: schema, seenThrough };
}

/** What will really be sent, not what the draft says of it. */
function visibleStatements({ action, statements }: Draft): readonly string[] | 'unknown' {
  return action.kind === 'statements' ? action.statements : statements;
}

function locate(
  statements: readonly string[],
  draft: Draft,
): { sql: string; at?: NonNullable<Draft['locations']>[number] }[] {
  // The shown statements stand among the sent ones in the same order, with bookkeeping before, between or after them.
  let next = 0;
  return statements.map((sql) => {
    const at = draft.statements !== 'unknown' && draft.statements[next] === sql ? draft.locations?.[next++] : undefined;
    return at === undefined ? { sql } : { sql, at };
  });
}

/** What an action can touch follows from what it is. */
export function effectOf({ action }: Draft): Effect {
  switch (action.kind) {
    case 'command':
      return action.command.effect;
    case 'statements':
    case 'restore':
      return 'database';
    case 'write-file':
    case 'backup':
      return 'files';
  }
}

function backupFirst(): Step {
  return {
    // Not its name: titles stand in refusals too, and a name is what would grant a plan.
    title: 'Back up the database and prove the backup by restoring it elsewhere',
    action: { kind: 'backup', scope: { kind: 'full' } },
    statements: [],
    reads: [],
    effect: 'files',
    hazards: [],
    contents: digestOfData([]),
  };
}

function restoreHazards(replace: boolean): readonly Hazard[] {
  const message = replace
    ? 'Everything in the database now is replaced by what the backup holds; what was written since the backup is gone.'
    : 'The backup is put into an empty database.';
  return [
    {
      kind: replace ? 'deletes-data' : 'irreversible',
      rule: 'restore',
      severity: replace ? 'danger' : 'info',
      message,
      evidence: 'rule',
    },
  ];
}

function opaque(draft: Draft): Hazard {
  return {
    kind: 'opaque',
    rule: 'opaque',
    severity: 'danger',
    message: `What "${draft.title}" sends to the database cannot be read beforehand: it is a program. A rehearsal shows it.`,
    evidence: 'rule',
  };
}

/** Digest over the bytes of the files a draft reads. */
export async function digestOfReads(draft: Draft, { reader }: Context) {
  const contents: Record<string, string | null> = {};
  for (const path of draft.reads) contents[path] = (await reader.file(path)) ?? null;
  return digestOfData(contents);
}
