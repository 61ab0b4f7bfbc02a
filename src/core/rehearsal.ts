import type { Digest } from './digest.ts';
import type { EngineId } from './ids.ts';
import type { RelationEffect } from './statement.ts';

export type RehearsalSource = 'replay' | 'schema' | 'backup' | 'copy';

export interface RehearsedStatement {
  readonly sql: string;
  readonly ms: number;
  readonly locks: readonly { readonly table: string; readonly mode: string }[];
  readonly rewrites: readonly string[];
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly blocks: RelationEffect['blocks'];
  /** The engine's answer where the statement failed, fenced. */
  readonly error?: string;
}

export type RoundTrip = 'identical' | 'schema-differs' | 'data-lost' | 'no-down' | 'not-run';

/** What running a plan on a shadow database showed. Names one plan digest; it is evidence for no other. */
export interface Rehearsal {
  readonly planDigest: Digest;
  readonly source: RehearsalSource;
  readonly server: { readonly engine: EngineId; readonly version: string; readonly kind: string };
  readonly succeeded: boolean;
  readonly statements: readonly RehearsedStatement[];
  readonly roundTrip: RoundTrip;
  readonly dataEffects: readonly {
    readonly table: string;
    readonly column?: string;
    readonly rowsDeleted?: number;
    readonly valuesLost?: number;
  }[];
  /** Per step of the plan, what was lost: rows gone and values of dropped columns. Missing for steps that were not run. */
  readonly losses: readonly { readonly step: number; readonly rows: number; readonly values: number }[];
  /** Seeds only: a second run changed nothing. */
  readonly idempotent?: boolean;
  /** True where each statement's locks and rows were read before it finished. */
  readonly captured: boolean;
  /** The schema after, for `verify`. */
  readonly schemaAfter: Digest;
  readonly at: string;
}
