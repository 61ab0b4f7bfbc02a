import type { Digest } from './digest.ts';
import type { EngineId, MigrationToolId } from './ids.ts';

/** One migration setup in the workspace, and why we believe it is there. Paths are relative to the workspace, with `/`. */
export interface Project {
  readonly id: string;
  readonly root: string;
  readonly tool: MigrationToolId;
  readonly toolVersion?: string;
  readonly engine: EngineId | 'unknown';
  readonly migrationsDir: string;
  readonly evidence: readonly string[];
  /** 0 to 1. */
  readonly confidence: number;
}

export type EnvironmentKind = 'production' | 'staging' | 'development' | 'test' | 'unknown';

/** What a plan would touch. `unknown` is judged exactly as `production` (P5). */
export interface Environment {
  readonly name: string;
  readonly kind: EnvironmentKind;
  /** True unless the environment was proven harmless. */
  readonly protected: boolean;
  /** Where the URL was found, such as `.env.production: DATABASE_URL`; never the URL. */
  readonly urlSource: string;
  readonly database: DatabaseIdentity;
  readonly evidence: readonly string[];
}

/** What the server says it is; never read off a URL. */
export interface DatabaseIdentity {
  readonly engine: EngineId;
  readonly version: string;
  /** What the server calls the database; for SQLite the file's name with its extension. A person types this to consent. */
  readonly name: string;
  /** Digest over what identifies this very database (PostgreSQL: system identifier, database oid and name; SQLite: file identity). */
  readonly fingerprint: Digest;
}
