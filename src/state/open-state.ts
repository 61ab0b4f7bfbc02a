import { join } from 'node:path';
import { digestOf } from '../core/digest.ts';
import { LockkeeperError } from '../core/errors.ts';
import { openStateDatabase } from '../io/state-database.ts';
import { userFolderIsInside } from '../io/user-folder.ts';
import { AuditTrail } from './audit.ts';
import { BackupStore } from './backup-store.ts';
import { ConsentStore } from './consent-store.ts';
import { PlanStore } from './plan-store.ts';
import { RehearsalStore } from './rehearsal-store.ts';
import { RunStore } from './run-store.ts';
import { TABLES } from './tables.ts';

/** All that lockkeeper remembers of one workspace. */
export interface State {
  /** `.lockkeeper` in the workspace. */
  readonly folder: string;
  readonly plans: PlanStore;
  readonly consents: ConsentStore;
  readonly backups: BackupStore;
  readonly rehearsals: RehearsalStore;
  readonly runs: RunStore;
  readonly audit: AuditTrail;
  close(): void;
}

/** Opens the records of the workspace at `root`, an absolute path with its links resolved. */
export async function openState(root: string): Promise<State> {
  if (userFolderIsInside(root))
    throw new LockkeeperError(
      'STATE.UNUSABLE',
      'The folder of your configuration (XDG_CONFIG_HOME) lies inside this workspace, so whoever edits the workspace could seal consents. Nothing was begun. Let it point elsewhere, or leave it out.',
    );
  const folder = join(root, '.lockkeeper');
  const database = await openStateDatabase(folder, TABLES);
  return {
    folder,
    plans: new PlanStore(database),
    consents: new ConsentStore(database),
    backups: new BackupStore(database),
    rehearsals: new RehearsalStore(database),
    runs: new RunStore(database),
    audit: new AuditTrail(database, digestOf(root).slice(7, 23)),
    close: () => database.close(),
  };
}
