import type { BackupScope } from '../core/action.ts';
import type { Fingerprint } from '../core/database-engine.ts';
import type { DatabaseIdentity } from '../core/environment.ts';
import type { BackupSummary } from '../core/report.ts';
import type { StateDatabase } from '../io/state-database.ts';

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
}

export class BackupStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  put(manifest: BackupManifest): void {
    this.#database.run(
      'INSERT INTO backups (id, database_fingerprint, taken_at, manifest) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET manifest = excluded.manifest',
      manifest.id,
      manifest.database.fingerprint,
      manifest.takenAt,
      JSON.stringify(manifest),
    );
  }

  get(id: string): BackupManifest | undefined {
    const [row] = this.#database.all('SELECT manifest FROM backups WHERE id = ?', id);
    return row && (JSON.parse(String(row.manifest)) as BackupManifest);
  }

  /** Newest first. */
  list(limit = 100): readonly BackupManifest[] {
    return this.#database
      .all('SELECT manifest FROM backups ORDER BY taken_at DESC LIMIT ?', limit)
      .map((row) => JSON.parse(String(row.manifest)) as BackupManifest);
  }
}
