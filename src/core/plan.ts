import type { Action } from './action.ts';
import type { Digest } from './digest.ts';
import type { Environment } from './environment.ts';
import type { Hazard, Location, Risk } from './hazard.ts';
import type { Effect, Operation } from './ids.ts';

/** Proposed by an adapter: the SQL it can see, and the files the action will read. It does not judge itself (P4). */
export interface Draft {
  readonly title: string;
  readonly action: Action;
  /** SQL the action will run, as far as it can be seen; `unknown` for programs. */
  readonly statements: readonly string[] | 'unknown';
  /** Where each of `statements` stands, where they come from a file. */
  readonly locations?: readonly Location[];
  /** Workspace paths the action reads; their bytes are part of the digest. */
  readonly reads: readonly string[];
  /** The migration this draft applies or takes back, in the migration tool's own words. */
  readonly migration?: { readonly id: string; readonly direction: 'up' | 'down' };
}

/** A draft after judgement. */
export interface Step extends Draft {
  readonly effect: Effect;
  readonly hazards: readonly Hazard[];
  /** Digest over the bytes of everything in `reads`. */
  readonly contents: Digest;
}

export interface Limits {
  readonly statementMs: number;
  readonly lockWaitMs: number;
}

/** A frozen list of steps: a value, with a digest over every byte that would run and over the database's identity (P1). */
export interface Plan {
  readonly id: string;
  readonly operation: Operation;
  readonly projectId: string;
  readonly environment: Environment;
  readonly schemaBefore: Digest;
  /** Digest of the tables and columns that the statements were predicted to leave; missing where not all could be seen through. */
  readonly tablesAfter?: Digest;
  readonly limits: Limits;
  readonly steps: readonly Step[];
  readonly risk: Risk;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  readonly digest: Digest;
}

export type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
