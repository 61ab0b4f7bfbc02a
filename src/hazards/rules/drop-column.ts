import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew } from '../size.ts';

/** DROP COLUMN takes its values with it and breaks code that still names it. */
export const dropColumn: ChangeRule = {
  id: 'drop-column',
  kind: 'deletes-data',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/ddl-alter.html',
  find(change, judged) {
    if (change.kind !== 'drop-column' || isNew(judged, change.relation)) return undefined;
    const rewrite =
      judged.engine === 'sqlite' ? ' SQLite also rewrites the whole table while no one else can write.' : '';
    return {
      severity: 'danger',
      message: `Deletes column ${shown(change.column)} of ${shown(change.relation)} with its values; they cannot be brought back by a rollback. Running code that still reads or writes it fails.${rewrite}`,
    };
  },
};
