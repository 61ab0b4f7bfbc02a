import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew, rowsInWords } from '../size.ts';

/** TRUNCATE removes every row. */
export const truncate: ChangeRule = {
  id: 'truncate',
  kind: 'deletes-data',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-truncate.html',
  find(change, judged) {
    if (change.kind !== 'truncate' || isNew(judged, change.relation)) return undefined;
    return {
      severity: 'danger',
      message: `Removes every row of ${shown(change.relation)}${rowsInWords(judged, change.relation)}, and blocks reads and writes until the transaction ends.`,
    };
  },
};
