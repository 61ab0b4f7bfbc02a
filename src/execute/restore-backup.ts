import { LockkeeperError } from '../core/errors.ts';
import { type BackupSite, checkFile, compareFingerprints } from './back-up.ts';

/**
 * Puts a backup back: whole, proven, of this database unless the approved plan says otherwise, in one transaction, and compared
 * with what was saved afterwards. What was there before goes only where the plan says `replace`.
 */
export async function restoreBackup(
  site: BackupSite,
  action: {
    readonly backupId: string;
    readonly sha256: string;
    readonly replace: boolean;
    readonly acrossDatabases: boolean;
  },
): Promise<void> {
  const { engine, bench, state, environment } = site;
  const manifest = state.backups.get(action.backupId);
  if (!manifest)
    throw new LockkeeperError(
      'BACKUP.UNKNOWN',
      `There is no backup of that id in this workspace. Nothing was changed.`,
    );
  if (manifest.engine !== engine.id)
    throw new LockkeeperError(
      'RESTORE.OTHER_DATABASE',
      `${manifest.id} was taken of ${manifest.engine}; this is ${engine.id}. Nothing was changed.`,
    );
  if (manifest.database.fingerprint !== environment.database.fingerprint && !action.acrossDatabases)
    throw new LockkeeperError(
      'RESTORE.OTHER_DATABASE',
      `${manifest.id} was taken of another database (${manifest.environment}). Nothing was changed. If that is meant, plan the restore saying so.`,
    );
  if (manifest.sha256 !== action.sha256)
    throw new LockkeeperError(
      'PLAN.DRIFTED',
      `${manifest.id} is not the file that it was when the plan was made. Nothing was changed.`,
    );
  const file = `${manifest.location}/${manifest.file}`;
  await checkFile(bench, manifest, file);
  await engine.restore(bench, file, site.database, { replace: action.replace, owners: true });
  const session = await bench.connect(site.database, { readOnly: true, name: 'lockkeeper: compare' });
  try {
    const difference = compareFingerprints(manifest.fingerprint, await engine.fingerprint(session, manifest.scope));
    if (difference !== undefined)
      throw new LockkeeperError(
        'RESTORE.FAILED',
        `${manifest.id} was put back and the database now differs from it: ${difference}. Someone may be writing to it; look before anything else runs.`,
      );
  } finally {
    await session.close();
  }
}
