import { randomBytes } from 'node:crypto';
import type { BackupScope } from '../core/action.ts';
import type { DatabaseEngine, Fingerprint } from '../core/database-engine.ts';
import type { Environment } from '../core/environment.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { DatabaseHandle, Workbench } from '../core/ports.ts';
import type { BackupSummary } from '../core/report.ts';
import { fence } from '../core/untrusted.ts';
import type { BackupManifest } from '../state/backup-store.ts';
import type { State } from '../state/open-state.ts';

/** What backing up needs to know of the place it works in. */
export interface BackupSite {
  readonly engine: DatabaseEngine;
  readonly environment: Environment;
  readonly database: DatabaseHandle;
  readonly state: State;
  readonly bench: Workbench;
  /** Folder that holds one folder per backup. */
  readonly folder: string;
}

/** Writes a backup with its manifest. It is not yet called one: `proveBackup` comes next. */
export async function takeBackup(site: BackupSite, scope: BackupScope): Promise<BackupManifest> {
  const { engine, environment, bench, state } = site;
  const takenAt = new Date();
  const id = `backup_${takenAt.toISOString().replace(/\D/g, '').slice(0, 14)}_${randomBytes(3).toString('hex')}`;
  const folder = `${site.folder}/${id}`;
  // Only what is whole is given a backup's name, so that a process that dies leaves nothing that could be taken for one.
  const draft = await bench.files.draftFolder(folder);
  try {
    const taken = await engine.backup(bench, site.database, scope, draft);
    const file = `${draft}/${taken.file}`;
    const manifest: BackupManifest = {
      id,
      location: folder,
      bytes: await bench.files.size(file),
      sha256: await bench.files.sha256(file),
      engine: engine.id,
      takenAt: takenAt.toISOString(),
      tookMs: Date.now() - takenAt.getTime(),
      verified: 'unverified',
      tables: taken.fingerprint.tables.length,
      rows: taken.fingerprint.tables.reduce((sum, table) => sum + table.rows, 0),
      environment: environment.name,
      database: environment.database,
      scope,
      method: taken.method,
      file: taken.file,
      extras: taken.extras,
      fingerprint: taken.fingerprint,
    };
    await bench.files.write(`${draft}/manifest.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
    await bench.files.rename(draft, folder);
    state.backups.put(manifest);
    state.audit.append('backup.taken', {
      id,
      scope: scope.kind,
      database: environment.database.name,
      sha256: manifest.sha256,
    });
    return manifest;
  } catch (error) {
    for (const path of [draft, folder]) await bench.files.remove(path).catch(() => {});
    throw error;
  }
}

/**
 * Restores a backup somewhere else and compares (P6). Gives back the manifest with what is now known; throws BACKUP.DAMAGED where
 * the file is not the one that was written, BACKUP.NOT_VERIFIED where the restored rows are not the ones that were saved.
 */
export async function proveBackup(
  site: Omit<BackupSite, 'environment' | 'database' | 'folder'>,
  manifest: BackupManifest,
): Promise<BackupManifest> {
  const { engine, bench, state } = site;
  const file = `${manifest.location}/${manifest.file}`;
  await checkFile(bench, manifest, file);
  const withRows = manifest.scope.kind !== 'schema';
  bench.progress(`Restoring ${manifest.id} on a shadow database`);
  const shadow = await engine.shadow(bench, { rows: withRows, version: manifest.database.version });
  try {
    await engine.restore(bench, file, shadow.database, { replace: false });
    const session = await bench.connect(shadow.database, { readOnly: true, name: 'lockkeeper: compare' });
    try {
      bench.progress('Comparing what was restored with what was saved');
      const difference = compareFingerprints(manifest.fingerprint, await engine.fingerprint(session, manifest.scope));
      if (difference !== undefined)
        throw new LockkeeperError(
          'BACKUP.NOT_VERIFIED',
          `${manifest.id} was restored and is not the same: ${difference}. It must not be relied on. The database itself was only read.`,
        );
    } finally {
      await session.close();
    }
    const proven: BackupManifest = {
      ...manifest,
      verified: 'restored',
      verifiedOn: `${shadow.server.kind} ${shadow.server.version}`,
      tookMs: Date.now() - Date.parse(manifest.takenAt),
    };
    await bench.files.remove(`${manifest.location}/manifest.json`);
    await bench.files.write(`${manifest.location}/manifest.json`, `${JSON.stringify(proven, undefined, 2)}\n`);
    state.backups.put(proven);
    state.audit.append('backup.verified', { id: manifest.id, on: proven.verifiedOn });
    return proven;
  } finally {
    await shadow.dispose();
  }
}

/** The parts of a manifest that are shown. */
export function summaryOf(manifest: BackupManifest): BackupSummary {
  const { id, location, bytes, sha256, engine, takenAt, tookMs, verified, tables, rows } = manifest;
  return { id, location, bytes, sha256, engine, takenAt, tookMs, verified, tables, rows };
}

/** Throws BACKUP.DAMAGED where the file is gone, shorter or another. */
export async function checkFile(bench: Workbench, manifest: BackupManifest, file: string): Promise<void> {
  if (!(await bench.files.exists(file)))
    throw new LockkeeperError(
      'BACKUP.DAMAGED',
      `The file of ${manifest.id} is gone from ${manifest.location}. Nothing was changed.`,
    );
  if ((await bench.files.sha256(file)) !== manifest.sha256)
    throw new LockkeeperError(
      'BACKUP.DAMAGED',
      `The file of ${manifest.id} is not the one that was written: its SHA-256 differs. Nothing was changed. Use another backup.`,
    );
}

/** In words, where the two differ; undefined where they are the same. */
export function compareFingerprints(saved: Fingerprint, restored: Fingerprint): string | undefined {
  const found = new Map(restored.tables.map((table) => [table.table, table]));
  for (const table of saved.tables) {
    const other = found.get(table.table);
    if (!other) return `table ${fence(table.table, 100)} is missing`;
    if (other.rows !== table.rows)
      return `table ${fence(table.table, 100)} has ${other.rows} rows instead of ${table.rows}`;
    if (other.checksum !== table.checksum)
      return `table ${fence(table.table, 100)} has the right number of rows and other contents`;
  }
  if (restored.tables.length !== saved.tables.length)
    return `${restored.tables.length} tables instead of ${saved.tables.length}`;
  if (restored.objects !== saved.objects) return `${restored.objects} objects instead of ${saved.objects}`;
  return undefined;
}
