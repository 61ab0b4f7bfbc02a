import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew, rowsInWords } from '../size.ts';

/** DROP TABLE takes the rows with it and breaks whoever still reads them. */
export const dropTable: ChangeRule = {
  id: 'drop-table',
  kind: 'deletes-data',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-droptable.html',
  find(change, judged) {
    if (change.kind !== 'drop-table' || isNew(judged, change.relation)) return undefined;
    const effect = judged.prediction.effects.find((one) => one.relation === change.relation);
    if (effect?.loses === undefined) return undefined;
    const more = change.cascade ? ' CASCADE also drops views and foreign keys that depend on it.' : '';
    return {
      severity: 'danger',
      message: `Deletes table ${shown(change.relation)} with every row${rowsInWords(judged, change.relation)}. Code that still uses it fails.${more}`,
    };
  },
};
