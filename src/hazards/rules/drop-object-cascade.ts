import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';

/** DROP … CASCADE takes away what depends on the object, unnamed. */
export const dropObjectCascade: ChangeRule = {
  id: 'drop-object-cascade',
  kind: 'irreversible',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/ddl-depend.html',
  find(change) {
    if (change.kind !== 'drop-object' || !change.cascade) return undefined;
    return {
      severity: 'danger',
      message: `Drops ${shown(change.object)} and, through CASCADE, everything that depends on it, columns and tables included, without naming any of it.`,
    };
  },
};
