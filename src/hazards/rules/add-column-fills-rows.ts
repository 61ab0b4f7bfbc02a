import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { effectOn, isNew, rowsInWords, workSeverity } from '../size.ts';

/** A new column whose value differs from row to row makes PostgreSQL write every row. */
export const addColumnFillsRows: ChangeRule = {
  id: 'add-column-fills-rows',
  kind: 'rewrites-table',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  find(change, judged) {
    if (change.kind !== 'add-column' || isNew(judged, change.relation)) return undefined;
    if (!effectOn(judged, change.relation)?.rewrites) return undefined;
    return {
      severity: workSeverity(judged, change.relation),
      message: `Adding ${shown(change.column)} rewrites all of ${shown(change.relation)}${rowsInWords(judged, change.relation)} while nobody can read or write it, because each row gets a value of its own. Add the column without it, set the default for new rows, and fill old ones in batches.`,
    };
  },
};
