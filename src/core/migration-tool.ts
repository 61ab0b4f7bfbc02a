import type { CommandFact } from './action.ts';
import type { DatabaseEngine } from './database-engine.ts';
import type { Environment, Project } from './environment.ts';
import type { EngineId, MigrationToolId, Operation } from './ids.ts';
import type { Draft } from './plan.ts';
import type { Reader, WorkspaceFiles } from './ports.ts';
import type { NextAction } from './report.ts';
import type { Schema } from './schema.ts';

/** Project, environment and reader, resolved and read-only: all that planning may look at. */
export interface Context {
  readonly project: Project;
  readonly environment: Environment;
  readonly engine: DatabaseEngine;
  readonly schema: Schema;
  readonly reader: Reader;
}

/** What is asked for, with its fields; fields an operation does not use are left out. */
export interface OperationRequest {
  readonly operation: Operation;
  /** Migration to stop at, in the tool's own words. */
  readonly to?: string;
  /** How many migrations. */
  readonly steps?: number;
  /** Name of a new migration, or of the seed environment. */
  readonly name?: string;
  /** Backup to put back. */
  readonly backupId?: string;
  readonly change?: Readonly<Record<string, unknown>>;
}

export interface AppliedMigration {
  readonly id: string;
  readonly appliedAt?: string;
}

export interface PendingMigration {
  readonly id: string;
  readonly file: string;
}

export interface MigrationProblem {
  readonly kind: 'failed' | 'edited' | 'missing' | 'out-of-order' | 'multiple-heads' | 'drift' | 'locked' | 'unmanaged';
  readonly migration?: string;
  readonly message: string;
  readonly next: readonly NextAction[];
}

export interface MigrationStatus {
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly PendingMigration[];
  readonly problems: readonly MigrationProblem[];
}

/** A new migration's text, asked of the adapter so that it has the tool's own format. Paths are relative to the workspace. */
export interface NewMigration {
  readonly name: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** False where a statement refuses to run in a transaction. */
  readonly transaction?: boolean;
  /** Now, so that time-stamped names are data too. */
  readonly at: Date;
}

/** What can be said of a migration tool as data, checkable against its documentation. */
export interface MigrationToolFacts {
  readonly id: MigrationToolId;
  readonly label: string;
  readonly docs: string;
  readonly engines: readonly EngineId[];
  /** History table, or where it is recorded. */
  readonly historyTable: string;
  readonly defaultMigrationsDir: string;
  /** `driven`: every operation works. `detected`: found and named, and every other operation says that it is not there yet. */
  readonly support: 'driven' | 'detected';
  readonly canRollBack: boolean;
  readonly printsSql: boolean;
  readonly commands: Readonly<Record<string, CommandFact>>;
}

/** A folder that holds a migration setup, as a detector saw it. */
export interface DetectedProject {
  readonly root: string;
  readonly tool: MigrationToolId;
  readonly toolVersion?: string;
  readonly engine: EngineId | 'unknown';
  readonly migrationsDir: string;
  readonly evidence: readonly string[];
  readonly confidence: number;
  /** Migrations on disk, oldest first. */
  readonly migrations: readonly string[];
  /** Where the tool's own configuration takes its URL from, per environment it names. A variable's name or a place in a file; never a value. */
  readonly urls: readonly ToolUrl[];
}

/** The migration tool's own configuration names a URL. */
export interface ToolUrl {
  /** Environment it is for, such as knexfile's `production`; left out where the tool has only one. */
  readonly environment?: string;
  readonly source: { readonly variable: string } | { readonly literalIn: string; readonly value: string };
  /** Workspace folder a relative SQLite path is meant from, where the tool does not mean the project's root. */
  readonly relativeTo?: string;
}

/** A folder that only looks like migrations, and why it is not. */
export interface IgnoredPath {
  readonly path: string;
  readonly reason: string;
}

export interface Detection {
  readonly projects: readonly DetectedProject[];
  readonly ignored: readonly IgnoredPath[];
}

/** One migration tool. It proposes; it never judges and never runs (P4). */
export interface MigrationTool extends MigrationToolFacts {
  /** Files only; configuration is read, never executed. */
  detect(files: WorkspaceFiles): Promise<Detection>;
  status(context: Context): Promise<MigrationStatus>;
  plan(request: OperationRequest, context: Context): Promise<readonly Draft[]>;
  /** Files of a new migration, in the tool's own format. */
  newMigration(
    migration: NewMigration,
    context: Pick<Context, 'project' | 'reader'>,
  ): Promise<readonly { readonly path: string; readonly contents: string }[]>;
}
