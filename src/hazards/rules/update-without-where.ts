import { childId } from '../../core/object-id.ts';
import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew, rowsInWords, workSeverity } from '../size.ts';

/** UPDATE that leaves nothing out: old values are gone, and every row stays locked until the transaction ends. */
export const updateWithoutWhere: ChangeRule = {
  id: 'update-without-where',
  kind: 'deletes-data',
  judges: 'change',
  find(change, judged) {
    if (change.kind !== 'update' || change.filtered || isNew(judged, change.relation)) return undefined;
    const columns = change.columns ?? [];
    const isNewColumn = (column: string) =>
      judged.schema.objects.get(childId(`table:${change.relation}`, 'column', column))?.createdHere === true;
    const onlyNew = columns.length > 0 && columns.every(isNewColumn);
    const work = workSeverity(judged, change.relation);
    const what = columns.length > 0 ? columns.map(shown).join(', ') : 'values';
    return {
      kind: onlyNew ? 'blocks-writes' : 'deletes-data',
      severity: onlyNew && work === 'danger' ? 'caution' : work,
      message: `${onlyNew ? 'Fills' : 'Overwrites'} ${what} in every row of ${shown(change.relation)}${rowsInWords(judged, change.relation)} at once; all those rows stay locked until it is over. Fill them in batches of some thousand rows instead.`,
    };
  },
};
