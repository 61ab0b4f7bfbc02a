import { plain } from '../../core/untrusted.ts';
import type { ChangeRule } from '../rule.ts';

/** What no backup of this database covers and no person can judge by its name is not run at all. */
export const leavesDatabase: ChangeRule = {
  id: 'leaves-database',
  kind: 'irreversible',
  judges: 'change',
  find(change) {
    if (change.kind !== 'leaves-database') return undefined;
    return {
      severity: 'forbidden',
      message: `Reaches outside this database: ${plain(change.why)}. lockkeeper runs nothing that a backup of this database cannot take back.`,
    };
  },
};
