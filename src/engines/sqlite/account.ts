import type { QualifiedName } from 'sqlite3-parser';
import { childId, formatObjectId } from '../../core/object-id.ts';
import type { Schema, SchemaObject } from '../../core/schema.ts';
import type { Change, Prediction, RelationEffect } from '../../core/statement.ts';
import { SchemaDraft } from '../../hazards/schema-draft.ts';

/** What a write is for. */
interface WriteUse {
  readonly scans?: boolean;
  readonly rewrites?: boolean;
  readonly loses?: string;
}

/** A statement's changes, effects and schema, filled in clause by clause. */
export class Account {
  readonly sql: string;
  readonly draft: SchemaDraft;
  refusesTransaction = false;
  readonly #changes: Change[] = [];
  readonly #effects = new Map<string, RelationEffect>();

  constructor(sql: string, state: { readonly schema: Schema }) {
    this.sql = sql;
    this.draft = new SchemaDraft(state.schema);
  }

  change(change: Change): void {
    this.#changes.push(change);
  }

  /** A table's spelling as the schema has it: SQLite compares names without their case. */
  relation(name: QualifiedName): string {
    return this.named(name.objName.text, name.dbName?.text);
  }

  named(name: string, database?: string): string {
    const spelling = spell(name, database);
    if (this.draft.get(`table:${spelling}`) !== undefined) return spelling;
    const lower = `table:${spelling}`.replaceAll('"', '').toLowerCase();
    for (const id of this.draft.ids()) {
      if (id.replaceAll('"', '').toLowerCase() === lower) return id.slice('table:'.length);
    }
    return spelling;
  }

  /** Id of a column, whatever its case. */
  columnId(relation: string, column: string): string {
    const id = childId(`table:${relation}`, 'column', column);
    const lower = id.replaceAll('"', '').toLowerCase();
    const found = this.draft
      .children(`table:${relation}`, 'column')
      .find(([one]) => one.replaceAll('"', '').toLowerCase() === lower);
    return found?.[0] ?? id;
  }

  table(relation: string): SchemaObject | undefined {
    return this.draft.get(`table:${relation}`);
  }

  /** Reads take a SHARED lock, which stops nobody for long. */
  reads(relation: string, use: { readonly scans: boolean }): void {
    if (this.table(relation)?.createdHere !== true) this.#note(relation, 'SHARED', 'nothing', use);
  }

  /**
   * Every write takes the database's one RESERVED lock and keeps it until the transaction ends: nobody else writes, to any table.
   * Readers wait only for the commit, in WAL mode not at all.
   */
  writes(relation: string, use: WriteUse = {}): void {
    if (this.table(relation)?.createdHere !== true) this.#note(relation, 'RESERVED', 'writes', use);
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

  #note(relation: string, lock: string, blocks: RelationEffect['blocks'], use: WriteUse): void {
    const before = this.#effects.get(relation);
    const stronger = before?.blocks === 'writes' ? before : { lock, blocks };
    const loses = use.loses ?? before?.loses;
    this.#effects.set(relation, {
      relation,
      ...(stronger.lock !== undefined && { lock: stronger.lock }),
      blocks: stronger.blocks,
      heldUntil: 'transaction',
      scans: (before?.scans ?? false) || (use.scans ?? false) || (use.rewrites ?? false),
      rewrites: (before?.rewrites ?? false) || (use.rewrites ?? false),
      ...(loses !== undefined && { loses }),
      evidence: 'rule',
    });
  }
}

/** A table's name as its object id spells it; `main` is where a name without a database is. */
export function spell(name: string, database?: string): string {
  const parts = database === undefined || database.toLowerCase() === 'main' ? [name] : [database, name];
  return formatObjectId({ kind: 'table', name: parts }).slice('table:'.length);
}
