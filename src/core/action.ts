import type { Effect } from './ids.ts';

/** A value put into a command's argument, shown and hashed with the plan. Never a secret. */
export type Values = Readonly<Record<string, string>>;

/** A command line an adapter or engine declares as a fact. `{name}` in an argument is filled from the values, as one argument. */
export interface CommandFact {
  readonly argv: readonly [program: string, ...args: string[]];
  readonly effect: Effect;
}

export type BackupScope =
  | { readonly kind: 'full' }
  | { readonly kind: 'schema' }
  | { readonly kind: 'tables'; readonly tables: readonly string[] };

/**
 * All the executor can do, as data, so that it can be shown, hashed and replayed.
 * `statements` run in order on one connection, in one transaction where `transaction` says so.
 */
export type Action =
  | { readonly kind: 'command'; readonly command: CommandFact; readonly values: Values }
  | { readonly kind: 'statements'; readonly statements: readonly string[]; readonly transaction: boolean }
  | { readonly kind: 'write-file'; readonly path: string; readonly contents: string }
  | { readonly kind: 'backup'; readonly scope: BackupScope }
  | {
      readonly kind: 'restore';
      readonly backupId: string;
      /** Of the backup's file: what was approved is what is put back. */
      readonly sha256: string;
      /** Said in the plan and so approved: replace what is in a populated database. */
      readonly replace: boolean;
      /** Said in the plan and so approved: the backup was taken of another database. */
      readonly acrossDatabases: boolean;
    };
