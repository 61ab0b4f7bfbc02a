import type { Operation } from '../core/ids.ts';

/** One link of a proposed chain. */
export interface Link {
  readonly operation: Operation | 'status';
  readonly tool: string;
  readonly why: string;
  readonly args: Readonly<Record<string, unknown>>;
}

interface Reading {
  readonly words: RegExp;
  readonly operations: readonly Link['operation'][];
}

/** Looked at in this order; the first that fits is taken. Keywords only: what they lead to is shown before anything runs. */
const READINGS: readonly Reading[] = [
  {
    words: /\b(undo|roll(ing)?[ -]?back|revert|take back|go(ing)? back|un-?apply)\b/i,
    operations: ['status', 'rollback'],
  },
  { words: /\b(restor(e|ing)|put back)\b/i, operations: ['backup', 'restore'] },
  { words: /\b(stuck|half-?way|recover|repair|interrupted|failed)\b/i, operations: ['status', 'recover'] },
  { words: /\b(seed(s|ing)?|sample data|reference data|fixtures?)\b/i, operations: ['seed'] },
  { words: /\b(baseline|adopt|existing database)\b/i, operations: ['status', 'baseline'] },
  { words: /\b(set ?up|initiali[sz]e|get(ting)? started|scaffold)\b/i, operations: ['setup'] },
  {
    words: /\b(zero[ -]?downtime|without downtime|expand|contract)\b/i,
    operations: ['generate', 'zero-downtime', 'run'],
  },
  { words: /\bmerge\b|\bheads\b/i, operations: ['status', 'merge'] },
  {
    words:
      /\b(add|create|drop|remove|rename|change|alter|make|new|index)\b.*\b(columns?|tables?|index(es)?|constraints?|keys?|migrations?|fields?|type|nullable|not null|unique|check)\b/i,
    operations: ['generate', 'run'],
  },
  {
    words: /\b(migrat(e|ing)|ship|deploy|releas(e|ing)|roll[ -]?out|apply|run|upgrade|push)\b/i,
    operations: ['backup', 'diff', 'generate', 'run'],
  },
  { words: /\b(back(ing)?[ -]?up|dump|snapshot)\b/i, operations: ['backup'] },
  { words: /\b(diff(erence)?s?|differs?|compare|drift(ed)?)\b/i, operations: ['diff'] },
  { words: /\b(status|state|pending|applied|where|which|what)\b/i, operations: ['status'] },
];

/** Operations that do not exist, whatever they are called. */
const NEVER =
  /\b(reset|wipe|nuke|truncate everything|drop (the |this |my )?(whole )?(database|db|schema)|start (over|from scratch)|db push)\b/i;

export function asksForDestruction(request: string): boolean {
  return NEVER.test(request);
}

/** The chain of operations that free words ask for; empty where they say nothing known. */
export function readRequest(request: string, selection: Readonly<Record<string, unknown>>): readonly Link[] {
  const found = READINGS.find(({ words }) => words.test(request));
  return (found?.operations ?? []).map((operation) => linkFor(operation, selection));
}

const DETAILS: Readonly<
  Record<Link['operation'], { tool: string; why: string; args?: Readonly<Record<string, unknown>> }>
> = {
  status: { tool: 'migrationStatus', why: 'What is applied, what is pending and what is wrong, before anything else.' },
  backup: { tool: 'backup', why: 'A way back, proven by restoring it elsewhere.', args: { action: 'create' } },
  diff: {
    tool: 'diffSchemas',
    why: 'What the migrations make and what the database holds should be the same.',
    args: { from: 'migrations' },
  },
  generate: {
    tool: 'generateMigration',
    why: 'Where something is still missing: a new migration with both halves; never an edit of an applied one.',
  },
  run: {
    tool: 'planOperation',
    why: 'Planned, judged and, where it is dangerous, rehearsed before it runs.',
    args: { operation: 'run' },
  },
  rollback: {
    tool: 'planOperation',
    why: 'The down halves of the latest migrations, as a plan that shows what is lost.',
    args: { operation: 'rollback' },
  },
  restore: {
    tool: 'planOperation',
    why: 'A proven backup put back, saying what it replaces.',
    args: { operation: 'restore' },
  },
  seed: {
    tool: 'planOperation',
    why: 'Seed rows, refused unless running them twice changes nothing.',
    args: { operation: 'seed' },
  },
  setup: {
    tool: 'planOperation',
    why: 'The usual folders; nothing that is there is touched.',
    args: { operation: 'setup' },
  },
  recover: {
    tool: 'planOperation',
    why: 'The history put right after a migration stopped half-way.',
    args: { operation: 'recover' },
  },
  baseline: {
    tool: 'planOperation',
    why: 'Existing tables declared the starting point, without running anything.',
    args: { operation: 'baseline' },
  },
  merge: { tool: 'planOperation', why: 'Several heads brought together.', args: { operation: 'merge' } },
  'zero-downtime': {
    tool: 'planOperation',
    why: 'Expand, backfill, contract: old and new code both survive each half.',
    args: { operation: 'zero-downtime' },
  },
};

export function linkFor(operation: Link['operation'], selection: Readonly<Record<string, unknown>>): Link {
  const { tool, why, args = {} } = DETAILS[operation];
  if (operation === 'generate') return { operation, tool, why, args: only(selection, ['project']) };
  if (operation === 'diff')
    return {
      operation,
      tool,
      why,
      args: { ...only(selection, ['project']), ...args, to: selection.environment ?? 'development' },
    };
  return { operation, tool, why, args: { ...only(selection, ['project', 'environment']), ...args } };
}

function only(selection: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (selection[name] === undefined ? [] : [[name, selection[name]]])));
}
