import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew, rowsInWords } from '../size.ts';

/** DELETE that leaves nothing out. */
export const deleteWithoutWhere: ChangeRule = {
  id: 'delete-without-where',
  kind: 'deletes-data',
  judges: 'change',
  find(change, judged) {
    if (change.kind !== 'delete' || change.filtered || isNew(judged, change.relation)) return undefined;
    return {
      severity: 'danger',
      message: `Deletes every row of ${shown(change.relation)}${rowsInWords(judged, change.relation)}: no condition leaves any out.`,
    };
  },
};
