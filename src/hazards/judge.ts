import type { DatabaseEngine } from '../core/database-engine.ts';
import type { Hazard, Location } from '../core/hazard.ts';
import type { Schema } from '../core/schema.ts';
import type { Prediction, RelationEffect } from '../core/statement.ts';
import { RULES } from './index.ts';
import type { Finding, Judged, Rule } from './rule.ts';
import { rowsOf, TINY_ROWS } from './size.ts';

/** As much of an engine as judging needs. */
export type PredictingEngine = Pick<DatabaseEngine, 'id' | 'predict'>;

export interface StatementToJudge {
  readonly sql: string;
  readonly at?: Location;
}

export interface JudgedStatement extends StatementToJudge {
  readonly prediction: Prediction;
  readonly hazards: readonly Hazard[];
  /** True where a lock that blocks writes or more is held on a relation while this statement reads or rewrites one. */
  readonly worksUnderLock: boolean;
}

export interface Judgement {
  readonly hazards: readonly Hazard[];
  readonly perStatement: readonly JudgedStatement[];
  readonly unparsed: number;
  readonly schemaAfter: Schema;
}

/**
 * Judges statements one after the other, each on the schema and under the locks that those before it leave behind. `transaction`
 * says that they run in one; BEGIN, COMMIT and ROLLBACK among them are honoured.
 */
export async function judgeStatements(
  engine: PredictingEngine,
  statements: readonly StatementToJudge[],
  state: { readonly schema: Schema; readonly version: string; readonly transaction: boolean },
): Promise<Judgement> {
  const perStatement: JudgedStatement[] = [];
  let place = new Place(state.schema, state.transaction);
  for (const statement of statements) {
    const { schema, held: heldLocks } = place;
    const prediction = await engine.predict(statement.sql, { schema, version: state.version, heldLocks });
    const judged: Judged = {
      engine: engine.id,
      version: state.version,
      sql: statement.sql,
      prediction,
      schema,
      inTransaction: place.inTransaction,
      heldLocks,
    };
    perStatement.push({
      ...statement,
      prediction,
      hazards: RULES.flatMap((rule) => hazardsOf(rule, judged, statement.at)),
      worksUnderLock: worksUnderLock(judged),
    });
    place = place.after(prediction);
  }
  return {
    hazards: perStatement.flatMap((statement) => statement.hazards),
    perStatement,
    unparsed: perStatement.filter((statement) => !statement.prediction.parsed).length,
    schemaAfter: place.schema,
  };
}

/** Where between two statements we stand: the schema, the transaction, and what it holds. */
class Place {
  readonly schema: Schema;
  readonly inTransaction: boolean;
  readonly held: readonly RelationEffect[];
  readonly #atBegin: Schema;

  constructor(schema: Schema, inTransaction: boolean, held: readonly RelationEffect[] = [], atBegin: Schema = schema) {
    this.schema = schema;
    this.inTransaction = inTransaction;
    this.held = held;
    this.#atBegin = atBegin;
  }

  after(prediction: Prediction): Place {
    const control = prediction.changes.find((change) => change.kind === 'transaction-control');
    // A BEGIN inside a transaction changes nothing; both engines only warn or refuse.
    if (control?.action === 'begin') return this.inTransaction ? this : new Place(this.schema, true);
    if (control?.action === 'commit') return new Place(this.schema, false);
    if (control?.action === 'rollback') return new Place(this.#atBegin, false);
    if (!this.inTransaction) return new Place(prediction.schema, false);
    // SQLite ignores it inside a transaction (sqlite.org/pragma.html#pragma_foreign_keys).
    if (prediction.changes.some((change) => change.kind === 'pragma' && change.name === 'foreign_keys')) return this;
    const kept = prediction.effects.filter((effect) => effect.heldUntil === 'transaction');
    const held = kept.length === 0 ? this.held : merge(this.held, kept);
    return new Place(prediction.schema, true, held, this.#atBegin);
  }
}

/** One entry per relation, the strongest: thousands of statements on one table hold one lock. */
function merge(held: readonly RelationEffect[], taken: readonly RelationEffect[]): readonly RelationEffect[] {
  const strength = { nothing: 0, writes: 1, 'reads-and-writes': 2 };
  const byRelation = new Map(held.map((lock) => [lock.relation, lock]));
  for (const lock of taken) {
    const before = byRelation.get(lock.relation);
    if (before === undefined || strength[lock.blocks] > strength[before.blocks]) byRelation.set(lock.relation, lock);
  }
  return [...byRelation.values()];
}

function hazardsOf(rule: Rule, judged: Judged, at: Location | undefined): Hazard[] {
  if (rule.engines !== undefined && !rule.engines.includes(judged.engine)) return [];
  const found =
    rule.judges === 'statement'
      ? [rule.find(judged)]
      : judged.prediction.changes.map((change) => rule.find(change, judged));
  return found
    .filter((finding): finding is Finding => finding !== undefined)
    .map((finding) => ({ kind: rule.kind, ...finding, rule: rule.id, evidence: 'rule', ...(at && { at }) }));
}

function worksUnderLock(judged: Judged): boolean {
  const { effects } = judged.prediction;
  const blocks = [...judged.heldLocks, ...effects].some((effect) => effect.blocks !== 'nothing');
  const isNoticed = (effect: RelationEffect) =>
    effect.rewrites || (effect.scans && (rowsOf(judged, effect.relation) ?? Number.POSITIVE_INFINITY) >= TINY_ROWS);
  return blocks && effects.some(isNoticed);
}
