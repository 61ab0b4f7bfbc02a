import type { Environment } from '../core/environment.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Context, OperationRequest } from '../core/migration-tool.ts';
import { parseObjectId } from '../core/object-id.ts';
import type { Draft } from '../core/plan.ts';
import { plain } from '../core/untrusted.ts';
import type { BackupManifest, BackupStore } from '../state/backup-store.ts';

const SEE_BACKUPS = {
  kind: 'call-tool',
  label: 'See which backups there are',
  tool: 'backup',
  args: { action: 'list' },
} as const;

/** The newest full backup of this very database that was proven. Throws BACKUP.UNKNOWN where there is none. */
export function chooseBackup(backups: readonly BackupManifest[], { name, database }: Environment): BackupManifest {
  const found = backups.find(
    (one) =>
      one.verified === 'restored' &&
      !one.foreign &&
      one.scope.kind === 'full' &&
      one.database.fingerprint === database.fingerprint,
  );
  if (found) return found;
  throw new LockkeeperError(
    'BACKUP.UNKNOWN',
    `There is no proven full backup of the database behind ${plain(name)}. Nothing was changed. A backup of another database has to be named.`,
    { next: [SEE_BACKUPS] },
  );
}

/** Putting a backup back, whichever migration tool is used: what it replaces and whose it is are said in the plan. */
export function draftRestore(
  request: OperationRequest,
  context: Context,
  backups: Pick<BackupStore, 'get'>,
): readonly Draft[] {
  const { environment, schema } = context;
  const manifest = backups.get(request.backupId ?? '');
  if (!manifest)
    throw new LockkeeperError(
      'BACKUP.UNKNOWN',
      `There is no backup ${plain(request.backupId ?? '', 80)} in this workspace. Nothing was changed.`,
      {
        next: [SEE_BACKUPS],
      },
    );
  if (manifest.engine !== environment.database.engine)
    throw new LockkeeperError(
      'RESTORE.OTHER_DATABASE',
      `${manifest.id} was taken of ${manifest.engine}; ${plain(environment.name)} is ${environment.database.engine}. Nothing was changed.`,
    );
  if (manifest.verified !== 'restored')
    throw new LockkeeperError(
      'BACKUP.NOT_VERIFIED',
      `${manifest.id} was never proven by restoring it elsewhere, so it is not put back. Nothing was changed.`,
      {
        next: [
          {
            kind: 'call-tool',
            label: 'Prove it first',
            tool: 'backup',
            args: { action: 'verify', backupId: manifest.id },
          },
        ],
      },
    );
  const replace = [...schema.objects.keys()].some(isTable);
  const acrossDatabases = manifest.database.fingerprint !== environment.database.fingerprint;
  const whose = acrossDatabases ? `, taken of ANOTHER database (${plain(manifest.environment, 40)})` : '';
  const foreign = manifest.foreign ? ", whose record was NOT written by this user's lockkeeper" : '';
  const what = manifest.scope.kind === 'full' ? '' : ` (${manifest.scope.kind} only)`;
  return [
    {
      title: `Put back ${manifest.id} of ${manifest.takenAt}${what}${whose}${foreign}${replace ? ', replacing what is there now' : ''}`,
      action: { kind: 'restore', backupId: manifest.id, sha256: manifest.sha256, replace, acrossDatabases },
      statements: [],
      reads: [],
    },
  ];
}

function isTable(text: string): boolean {
  const id = parseObjectId(text);
  return id.kind === 'table' && id.child === undefined;
}
