import { childId } from '../../core/object-id.ts';
import { quoteName, quoteRelation, shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew, relationIn } from '../size.ts';

/** A renamed column is gone for code that runs already. */
export const renameColumn: ChangeRule = {
  id: 'rename-column',
  kind: 'breaks-clients',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html',
  find(change, judged) {
    if (change.kind !== 'rename-column' || isNew(judged, change.relation)) return undefined;
    const { engine } = judged;
    const id = childId(`table:${change.relation}`, 'column', change.column);
    const column = judged.schema.objects.get(id);
    if (column?.createdHere === true) return undefined;
    const message = `Renames column ${shown(change.column)} of ${shown(change.relation)} to ${shown(change.to)}: running code that uses the old name fails at once.`;
    const type = typeof column?.type === 'string' ? column.type : undefined;
    // A view's columns cannot be added one by one, and without the type the statements would not run.
    if (type === undefined || relationIn(judged, change.relation)?.definition !== undefined)
      return { severity: 'danger', message };
    const table = quoteRelation(engine, change.relation);
    const from = quoteName(engine, change.column);
    const to = quoteName(engine, change.to);
    return {
      severity: 'danger',
      message: `${message} Add the new column, let code write both, fill it, move the readers, then drop the old one.`,
      saferWay: [
        `ALTER TABLE ${table} ADD COLUMN ${to} ${type}`,
        '-- deploy code that writes both columns, then fill the old rows in batches:',
        `UPDATE ${table} SET ${to} = ${from} WHERE ${to} IS NULL AND ${from} IS NOT NULL`,
        '-- deploy code that uses only the new column, then:',
        `ALTER TABLE ${table} DROP COLUMN ${from}`,
      ],
    };
  },
};
