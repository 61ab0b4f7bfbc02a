import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../src/core/schema.ts';
import { EMPTY_SCHEMA, schemaOf } from '../../src/core/schema.ts';
import { predict } from '../../src/engines/postgres/predict.ts';
import { split } from '../../src/engines/postgres/split.ts';
import { type JudgedStatement, judgeStatements } from '../../src/hazards/judge.ts';
import { verdictOf } from '../../src/hazards/verdict.ts';
import { sharedFolder } from '../support/shared.ts';

interface Case {
  readonly id: string;
  readonly context_dependent: boolean;
  readonly setup: readonly string[];
  readonly session: readonly string[];
  readonly mode: 'tx' | 'notx';
  readonly steps: readonly (readonly string[])[];
  readonly results: readonly {
    readonly pg: readonly number[];
    readonly strongest_lock: Readonly<Record<string, string>> | null;
    readonly rewritten: readonly string[];
    readonly error: string | null;
    readonly verdict: { readonly dangerous: boolean; readonly fails_at_run_time: boolean };
  }[];
}
interface Truth {
  readonly base_setup: string;
  readonly tables_rows: Readonly<Record<string, number>>;
  readonly cases: readonly Case[];
}

const engine = { id: 'postgres' as const, predict };
const shared = sharedFolder();

/** The measured servers' schema, made by our own prediction and then taken for one that was there before. */
async function schemaAfter(schema: Schema, statements: readonly string[]): Promise<Schema> {
  const state = { schema, version: '15.0', transaction: false };
  const { schemaAfter: after } = await judgeStatements(
    engine,
    statements.map((sql) => ({ sql })),
    state,
  );
  const settled = [...after.objects].map(([id, { createdHere: _, ...object }]) => [id, object] as const);
  return schemaOf(new Map(settled), schema.rows);
}

async function judge(base: Schema, one: Case, version: string) {
  const schema = await schemaAfter(await schemaAfter(base, one.setup), one.session);
  const perStatement: JudgedStatement[] = [];
  let state = { schema, version, transaction: one.mode === 'tx' };
  for (const step of one.steps) {
    const judged = await judgeStatements(
      engine,
      step.map((sql) => ({ sql })),
      state,
    );
    perStatement.push(...judged.perStatement);
    state = { ...state, schema: judged.schemaAfter };
  }
  return { verdict: verdictOf({ perStatement }), perStatement };
}

describe.skipIf(shared === undefined)('PostgreSQL: measured truth', () => {
  const truth = shared && (JSON.parse(readFileSync(path.join(shared, 'truth/pg-ddl-truth.json'), 'utf8')) as Truth);

  it.each([11, 15, 18])('finds what is dangerous on %i and little else', async (major) => {
    if (!truth) return;
    const rows = new Map(Object.entries(truth.tables_rows).map(([name, count]) => [`table:public.${name}`, count]));
    const empty = { ...EMPTY_SCHEMA, rows };
    const base = await schemaAfter(
      empty,
      (await split(truth.base_setup)).map((one) => one.sql),
    );
    const score = { right: 0, missed: [] as string[], cried: [] as string[], quiet: 0 };
    for (const one of truth.cases) {
      const result = one.results.find((found) => found.pg.includes(major));
      if (!result || one.context_dependent || result.verdict.fails_at_run_time) continue;
      const { verdict } = await judge(base, one, `${major}.0`);
      const says = verdict === 'dangerous';
      if (says && result.verdict.dangerous) score.right++;
      else if (says) score.cried.push(one.id);
      else if (result.verdict.dangerous) score.missed.push(one.id);
      else score.quiet++;
    }
    const dangerous = score.right + score.missed.length;
    const recall = score.right / dangerous;
    const precision = score.right / (score.right + score.cried.length);
    const falseAlarms = score.cried.length / (score.cried.length + score.quiet);
    console.info(
      `PostgreSQL ${major}: ${dangerous + score.cried.length + score.quiet} cases, recall ${percent(recall)}, precision ${percent(precision)}, false alarms ${percent(falseAlarms)}`,
      { missed: score.missed, cried: score.cried },
    );
    expect(recall).toBeGreaterThanOrEqual(0.97);
    expect(falseAlarms).toBeLessThanOrEqual(0.01);
  });

  it('predicts the strongest lock of each table on 15', async () => {
    if (!truth) return;
    const rows = new Map(Object.entries(truth.tables_rows).map(([name, count]) => [`table:public.${name}`, count]));
    const base = await schemaAfter(
      { ...EMPTY_SCHEMA, rows },
      (await split(truth.base_setup)).map((one) => one.sql),
    );
    let right = 0;
    const wrong: string[] = [];
    for (const one of truth.cases) {
      const result = one.results.find((found) => found.pg.includes(15));
      if (!result?.strongest_lock || result.error !== null || one.steps.length > 1 || one.steps[0]?.length !== 1)
        continue;
      const { perStatement } = await judge(base, one, '15.0');
      const tables = Object.keys(truth.tables_rows);
      const expected = new Map(Object.entries(result.strongest_lock).filter(([name]) => tables.includes(name)));
      const own = perStatement.flatMap((statement) => statement.prediction.effects);
      const found = new Map(own.map((effect) => [effect.relation.replace('public.', ''), spaced(effect.lock ?? '')]));
      for (const name of tables) {
        if (expected.get(name) === found.get(name)) right += expected.has(name) ? 1 : 0;
        else
          wrong.push(`${one.id}: ${name} ${found.get(name) ?? 'nothing'}, measured ${expected.get(name) ?? 'nothing'}`);
      }
    }
    console.info(`PostgreSQL 15: ${right} locks right, ${wrong.length} wrong`, wrong);
    expect(right / (right + wrong.length)).toBeGreaterThanOrEqual(0.95);
  });
});

function spaced(lock: string): string {
  return lock
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
