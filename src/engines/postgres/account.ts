import { childId, formatObjectId } from '../../core/object-id.ts';
import type { Schema, SchemaObject } from '../../core/schema.ts';
import type { Change, Prediction, RelationEffect } from '../../core/statement.ts';
import { SchemaDraft } from '../../hazards/schema-draft.ts';
import { blocksOf, type LockMode, strongerLock } from './locks.ts';

/** What a lock is taken for. */
export interface LockUse {
  readonly scans?: boolean;
  readonly rewrites?: boolean;
  readonly loses?: string;
  readonly heldUntil?: RelationEffect['heldUntil'];
}

const RELATION_KINDS = ['table', 'view', 'materialized-view', 'foreign-table', 'sequence'];

/** A statement's changes, effects and schema, filled in clause by clause. */
export class Account {
  readonly sql: string;
  readonly version: string;
  readonly draft: SchemaDraft;
  refusesTransaction = false;
  readonly #changes: Change[] = [];
  readonly #effects = new Map<string, RelationEffect>();

  constructor(sql: string, state: { readonly schema: Schema; readonly version: string }) {
    this.sql = sql;
    this.version = state.version;
    this.draft = new SchemaDraft(state.schema);
  }

  get major(): number {
    const major = Number.parseInt(this.version, 10);
    // An unknown server is judged as the newest, whose forms include the others'.
    return Number.isNaN(major) ? 18 : major;
  }

  change(change: Change): void {
    this.#changes.push(change);
  }

  opaque(why: string): void {
    if (!this.#changes.some((one) => one.kind === 'opaque' && one.why === why)) this.change({ kind: 'opaque', why });
  }

  /** A relation's spelling: `public.users`. Unqualified names are public's unless only another schema has them. */
  relation(name: string, schema?: string): string {
    if (schema !== undefined) return spell(schema, name);
    const usual = spell('public', name);
    if (this.#has(usual)) return usual;
    const ending = usual.slice('public'.length);
    const elsewhere = new Set<string>();
    for (const id of this.draft.ids()) {
      if (!id.endsWith(ending)) continue;
      const kind = RELATION_KINDS.find((one) => id.startsWith(`${one}:`));
      const spelling = kind && id.slice(kind.length + 1);
      if (spelling && !spelling.includes('/') && spelling.length > ending.length) elsewhere.add(spelling);
    }
    const only = [...elsewhere];
    return only.length === 1 && only[0] !== undefined ? only[0] : usual;
  }

  table(relation: string): SchemaObject | undefined {
    return this.draft.get(`table:${relation}`);
  }

  /** Id of the relation whatever its kind; a table's where it is not known. */
  idOf(relation: string): string {
    const kind = RELATION_KINDS.find((one) => this.draft.get(`${one}:${relation}`) !== undefined) ?? 'table';
    return `${kind}:${relation}`;
  }

  column(relation: string, column: string): SchemaObject | undefined {
    return this.draft.get(childId(`table:${relation}`, 'column', column));
  }

  isCreatedHere(relation: string): boolean {
    return this.draft.get(this.idOf(relation))?.createdHere === true;
  }

  /** Partitions, all the way down. */
  partitionsOf(relation: string): string[] {
    const found: string[] = [];
    for (const id of this.draft.ids()) {
      if (!id.startsWith('table:') || id.includes('/')) continue;
      if (this.draft.get(id)?.partitionOf === `table:${relation}`) {
        const partition = id.slice('table:'.length);
        found.push(partition, ...this.partitionsOf(partition));
      }
    }
    return found;
  }

  /** Notes a lock. Relations created by these same statements are empty and unseen: nobody waits for them. */
  lock(relation: string, mode: LockMode, use: LockUse = {}): void {
    if (this.isCreatedHere(relation)) return;
    const before = this.#effects.get(relation);
    const lock = before?.lock === undefined ? mode : strongerLock(before.lock as LockMode, mode);
    const loses = use.loses ?? before?.loses;
    this.#effects.set(relation, {
      relation,
      lock,
      blocks: blocksOf(lock),
      heldUntil: before?.heldUntil === 'transaction' ? 'transaction' : (use.heldUntil ?? 'transaction'),
      scans: (before?.scans ?? false) || (use.scans ?? false) || (use.rewrites ?? false),
      rewrites: (before?.rewrites ?? false) || (use.rewrites ?? false),
      ...(loses !== undefined && { loses }),
      evidence: 'rule',
    });
  }

  /** The same lock on a table and on its partitions. */
  lockTree(relation: string, mode: LockMode, use: LockUse = {}): void {
    for (const one of [relation, ...this.partitionsOf(relation)]) this.lock(one, mode, use);
  }

  finish(): Prediction {
    return {
      changes: this.#changes.length > 0 ? this.#changes : [{ kind: 'other' }],
      effects: [...this.#effects.values()],
      schema: this.draft.finish(),
      parsed: true,
      refusesTransaction: this.refusesTransaction,
    };
  }

  #has(relation: string): boolean {
    return RELATION_KINDS.some((kind) => this.draft.get(`${kind}:${relation}`) !== undefined);
  }
}

/** A relation's name as its object id spells it, quoted only where it must be. */
export function spell(schema: string, name: string): string {
  return formatObjectId({ kind: 'table', name: [schema, name] }).slice('table:'.length);
}
