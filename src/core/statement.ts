import type { Evidence } from './hazard.ts';
import type { Schema } from './schema.ts';

/** One statement of a file, as the engine's own grammar cuts it. */
export interface Statement {
  /** The text without the closing semicolon, comments inside kept. */
  readonly sql: string;
  /** 1-based line in the file where the statement's first word stands. */
  readonly line: number;
}

/** What one statement does to one relation, predicted or measured. Verdicts are derived from these and never stored beside them. */
export interface RelationEffect {
  /** As the engine spells it, schema-qualified where it has schemas: `public.users`. */
  readonly relation: string;
  /** The engine's own name of the strongest lock, such as `AccessExclusiveLock`. */
  readonly lock?: string;
  readonly blocks: 'nothing' | 'writes' | 'reads-and-writes';
  readonly heldUntil: 'statement' | 'transaction';
  readonly scans: boolean;
  readonly rewrites: boolean;
  /** What is gone afterwards, in words: `column email`, `every row`. */
  readonly loses?: string;
  readonly evidence: Evidence;
}

/**
 * What a statement changes, in terms no engine owns; rules read these. A statement has several where it does several things
 * (`ALTER TABLE a DROP b, ADD c`). Names are as the engine resolves them: unquoted ones folded, quotes removed.
 */
export type Change =
  | { readonly kind: 'create-table'; readonly relation: string }
  | { readonly kind: 'drop-table'; readonly relation: string; readonly cascade: boolean }
  | { readonly kind: 'rename-table'; readonly relation: string; readonly to: string }
  | { readonly kind: 'truncate'; readonly relation: string }
  | {
      readonly kind: 'add-column';
      readonly relation: string;
      readonly column: string;
      readonly notNull: boolean;
      readonly hasDefault: boolean;
      /** The column as written, without its name's quotes resolved: `nick text NOT NULL`. */
      readonly definition?: string;
    }
  | { readonly kind: 'drop-column'; readonly relation: string; readonly column: string }
  | { readonly kind: 'rename-column'; readonly relation: string; readonly column: string; readonly to: string }
  | {
      readonly kind: 'change-type';
      readonly relation: string;
      readonly column: string;
      readonly to: string;
      /** Where the schema is known. */
      readonly from?: string;
      /** True where code written for the old type can fail on the new one. */
      readonly breaks?: boolean;
    }
  | { readonly kind: 'set-not-null'; readonly relation: string; readonly column: string }
  | {
      readonly kind: 'create-index';
      readonly relation: string;
      readonly index: string;
      readonly unique: boolean;
      readonly concurrently: boolean;
    }
  | {
      readonly kind: 'drop-index';
      readonly index: string;
      readonly concurrently: boolean;
      /** Where the schema is known. */
      readonly unique?: boolean;
    }
  | {
      readonly kind: 'add-constraint';
      readonly relation: string;
      readonly constraint: 'primary-key' | 'unique' | 'foreign-key' | 'check' | 'exclusion';
      readonly name?: string;
      readonly validated: boolean;
      readonly references?: string;
      /** As written, without its name and without NOT VALID: `CHECK (age > 0)`. */
      readonly definition?: string;
      readonly columns?: readonly string[];
      /** True for UNIQUE or PRIMARY KEY USING INDEX, which builds nothing. */
      readonly usesIndex?: boolean;
    }
  | { readonly kind: 'validate-constraint'; readonly relation: string; readonly name: string }
  | { readonly kind: 'drop-constraint'; readonly relation: string; readonly name: string }
  /** VACUUM FULL, CLUSTER, SET TABLESPACE: the whole table is written anew, `by` says through what. */
  | { readonly kind: 'rewrite-table'; readonly relation: string; readonly by: string }
  /** Code that names the object, or relies on what it does, fails from now on. */
  | { readonly kind: 'break-object'; readonly object: string; readonly how: string }
  /** Rows of this relation go because those of another do. */
  | { readonly kind: 'cascade-delete'; readonly relation: string; readonly from: string }
  /** A SQLite PRAGMA with a value. */
  | { readonly kind: 'pragma'; readonly name: string; readonly value: string }
  | { readonly kind: 'delete'; readonly relation: string; readonly filtered: boolean }
  | {
      readonly kind: 'update';
      readonly relation: string;
      readonly filtered: boolean;
      /** What it sets. */
      readonly columns?: readonly string[];
    }
  | { readonly kind: 'drop-object'; readonly object: string; readonly cascade: boolean }
  | { readonly kind: 'insert'; readonly relation: string }
  | { readonly kind: 'transaction-control'; readonly action?: 'begin' | 'commit' | 'rollback' | 'savepoint' }
  | { readonly kind: 'read' }
  | { readonly kind: 'other' }
  /** Cannot be seen through: a DO block, dynamic SQL, text that does not parse, a program. */
  | { readonly kind: 'opaque'; readonly why: string }
  /** Leaves the database: runs a program of the server, writes its files, drops a whole database. No plan may. */
  | { readonly kind: 'leaves-database'; readonly why: string };

/** An engine's account of one statement, and the schema after it, so that the next is judged in its place. */
export interface Prediction {
  readonly changes: readonly Change[];
  readonly effects: readonly RelationEffect[];
  readonly schema: Schema;
  /** False where the text did not parse; it then counts as opaque, never as clean. */
  readonly parsed: boolean;
  /** True for statements the engine refuses inside a transaction (CREATE INDEX CONCURRENTLY, VACUUM). */
  readonly refusesTransaction: boolean;
}
