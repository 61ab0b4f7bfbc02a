import type { BackupScope } from './action.ts';
import type { DatabaseIdentity } from './environment.ts';
import type { EngineId } from './ids.ts';
import type { DatabaseHandle, Reader, Session, Workbench } from './ports.ts';
import type { Schema } from './schema.ts';
import type { Prediction, RelationEffect, Statement } from './statement.ts';

/** What is true of an engine whatever the database. */
export interface DatabaseEngineFacts {
  readonly id: EngineId;
  readonly label: string;
  /** Where to check these facts. */
  readonly docs: string;
  /** True where CREATE, ALTER and DROP take part in a transaction. */
  readonly transactionalDdl: boolean;
  /** Quotes a name for use in a statement. */
  quote(name: string): string;
}

/** Rows and a checksum per table, in one snapshot: two databases with equal fingerprints hold the same rows. */
export interface Fingerprint {
  /** Tables, indexes, views, sequences, routines, triggers and constraints counted together. */
  readonly objects: number;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly checksum: string }[];
}

export interface TakenBackup {
  /** File name inside the backup's folder. */
  readonly file: string;
  /** How it was made, such as `pg_dump -Fc 15.18`. */
  readonly method: string;
  /** Taken in the dump's own snapshot. For scope `schema` rows are 0 and checksums empty. */
  readonly fingerprint: Fingerprint;
  /** Further files, such as the roles from `pg_dumpall --globals-only`. */
  readonly extras: readonly string[];
}

export interface Shadow {
  readonly database: DatabaseHandle;
  readonly server: { readonly engine: EngineId; readonly version: string; readonly kind: string };
  /** Stops it and removes every trace. */
  dispose(): Promise<void>;
}

/** What one statement was seen to do on a shadow database. */
export interface Observation {
  readonly locks: readonly { readonly table: string; readonly mode: string }[];
  readonly rewrites: readonly string[];
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly blocks: RelationEffect['blocks'];
}

/** Looks at one session around each statement. */
export interface Observer {
  before(): Promise<void>;
  /** Called before the transaction that the statement belongs to ends. */
  after(): Promise<Observation>;
}

export type LockResult =
  | { readonly held: true; release(): Promise<void> }
  | { readonly held: false; readonly by: string };

/** Everything lockkeeper knows about one kind of database. */
export interface DatabaseEngine extends DatabaseEngineFacts {
  identify(reader: Reader): Promise<DatabaseIdentity>;
  /** What the server itself says that speaks for production: a managed service's roles, replicas. */
  signsOfProduction(reader: Reader): Promise<readonly string[]>;
  inspect(reader: Reader): Promise<Schema>;
  /** Size of the whole database in bytes, as the server reckons it. */
  size(reader: Reader): Promise<number>;

  /** Cuts a script with the engine's own grammar. Throws MIGRATION.INVALID with the line where it cannot be cut. */
  split(script: string): Promise<readonly Statement[]>;
  /** Statement + schema + version in, effects out; the schema after it comes back too. */
  predict(
    statement: string,
    state: { readonly schema: Schema; readonly version: string; readonly heldLocks: readonly RelationEffect[] },
  ): Promise<Prediction>;

  /** One migration run at a time per database; the lock dies with the process that holds it. */
  lock(bench: Workbench, session: Session, database: DatabaseHandle, holder: string): Promise<LockResult>;

  fingerprint(session: Session, scope?: BackupScope): Promise<Fingerprint>;
  observe(session: Session): Promise<Observer>;

  /** Writes the backup into `folder`, which exists and is empty. */
  backup(bench: Workbench, database: DatabaseHandle, scope: BackupScope, folder: string): Promise<TakenBackup>;
  /** Puts a backup back in one transaction, stopping at the first error. With `replace` what was there goes first, in the same transaction. */
  restore(
    bench: Workbench,
    file: string,
    into: DatabaseHandle,
    options: {
      readonly replace: boolean;
      /** Also puts back owners and privileges, whose roles must exist there. Left out: only with `replace`. */
      readonly owners?: boolean;
    },
  ): Promise<void>;
  /** An empty throwaway database of the same kind, as near to `version` as this machine has. */
  shadow(bench: Workbench, need: { readonly rows: boolean; readonly version: string }): Promise<Shadow>;
}
