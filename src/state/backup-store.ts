import type { BackupScope } from '../core/action.ts';
import type { Fingerprint } from '../core/database-engine.ts';
import type { DatabaseIdentity } from '../core/environment.ts';
import type { BackupSummary } from '../core/report.ts';
import type { StateDatabase } from '../io/state-database.ts';
import { isSealed, sealOf } from './seal.ts';

/** What a backup is and how far it was proven; also written beside the files as manifest.json. */
export interface BackupManifest extends BackupSummary {
  readonly environment: string;
  readonly database: DatabaseIdentity;
  readonly scope: BackupScope;
  readonly method: string;
  readonly file: string;
  readonly extras: readonly string[];
  readonly fingerprint: Fingerprint;
  /** Where it was restored to be compared, such as `throwaway cluster 15.18`. */
  readonly verifiedOn?: string;
  /** True where this user's lockkeeper did not write the record: it says what someone else says. */
  readonly foreign?: true;
}

/** Backups, each record sealed: a forged one would have anything put back under the name of a proven backup. */
export class BackupStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  put(manifest: BackupManifest): void {
    const text = JSON.stringify(manifest);
    this.#database.run(
      'INSERT INTO backups (id, database_fingerprint, taken_at, manifest, seal) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET manifest = excluded.manifest, seal = excluded.seal',
      manifest.id,
      manifest.database.fingerprint,
      manifest.takenAt,
      text,
      sealOf('backup', text),
    );
  }

  get(id: string): BackupManifest | undefined {
    const [row] = this.#database.all('SELECT id, manifest, seal FROM backups WHERE id = ?', id);
    return row && readRecord(row);
  }

  /** Newest first. */
  list(limit = 100): readonly BackupManifest[] {
    return this.#database
      .all('SELECT id, manifest, seal FROM backups ORDER BY taken_at DESC LIMIT ?', limit)
      .map(readRecord);
  }
}

/** A record without our seal, as after the key was lost, still leads to its files; what it says of itself counts for nothing. */
function readRecord(row: Readonly<Record<string, string | number | null>>): BackupManifest {
  const text = String(row.manifest);
  const manifest = JSON.parse(text) as BackupManifest;
  if (manifest.id === row.id && isSealed('backup', text, row.seal)) return manifest;
  const { verifiedOn: _, ...said } = manifest;
  return { ...said, id: String(row.id), verified: 'unverified', foreign: true };
}
