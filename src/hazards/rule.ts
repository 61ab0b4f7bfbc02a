import type { Hazard, HazardKind } from '../core/hazard.ts';
import type { EngineId } from '../core/ids.ts';
import type { Schema } from '../core/schema.ts';
import type { Change, Prediction, RelationEffect } from '../core/statement.ts';

/** One statement in its place: what it does, on which schema, and what the transaction already holds. */
export interface Judged {
  readonly engine: EngineId;
  readonly version: string;
  readonly sql: string;
  readonly prediction: Prediction;
  /** As it is when the statement runs. */
  readonly schema: Schema;
  readonly inTransaction: boolean;
  /** Taken by earlier statements of the transaction and held still. */
  readonly heldLocks: readonly RelationEffect[];
}

/** What a rule says; the judge adds which rule, where, and that it is known by rule. */
export interface Finding extends Omit<Hazard, 'rule' | 'kind' | 'at' | 'evidence'> {
  /** Where it differs from the rule's. */
  readonly kind?: HazardKind;
}

/** What the catalogue and the documentation say of a rule. */
interface RuleFacts {
  readonly id: string;
  readonly kind: HazardKind;
  /** The engines it holds for; every one where left out. */
  readonly engines?: readonly EngineId[];
  /** Where the engine's own documentation says so. */
  readonly docs?: string;
}

/** Finds one hazard in each change of a kind. */
export interface ChangeRule extends RuleFacts {
  readonly judges: 'change';
  find(change: Change, judged: Judged): Finding | undefined;
}

/** Finds one hazard in a statement as a whole. */
export interface StatementRule extends RuleFacts {
  readonly judges: 'statement';
  find(judged: Judged): Finding | undefined;
}

export type Rule = ChangeRule | StatementRule;
