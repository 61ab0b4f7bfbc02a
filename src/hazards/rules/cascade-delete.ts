import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew } from '../size.ts';

/** SQLite's DROP TABLE is an implicit DELETE, which foreign keys ON DELETE CASCADE carry into other tables. */
export const cascadeDelete: ChangeRule = {
  id: 'sqlite-drop-table-cascades',
  kind: 'deletes-data',
  judges: 'change',
  engines: ['sqlite'],
  docs: 'https://www.sqlite.org/foreignkeys.html#fk_schemacommands',
  find(change, judged) {
    if (change.kind !== 'cascade-delete' || isNew(judged, change.relation)) return undefined;
    return {
      severity: 'danger',
      message: `Dropping ${shown(change.from)} deletes the rows of ${shown(change.relation)} that refer to it (ON DELETE CASCADE), also when a copy takes its place, unless foreign keys are switched off before the transaction begins.`,
      saferWay: [
        '-- outside any transaction, first:',
        'PRAGMA foreign_keys = OFF',
        '-- and last, before COMMIT:',
        'PRAGMA foreign_key_check',
      ],
    };
  },
};
