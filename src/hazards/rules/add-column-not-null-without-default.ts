import { bareName, quoteName, quoteRelation, shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew } from '../size.ts';

/** NOT NULL without a default fails on a table with rows, and breaks old INSERTs on an empty one. */
export const addColumnNotNullWithoutDefault: ChangeRule = {
  id: 'add-column-not-null-without-default',
  kind: 'breaks-clients',
  judges: 'change',
  find(change, judged) {
    if (change.kind !== 'add-column' || !change.notNull || change.hasDefault || isNew(judged, change.relation))
      return undefined;
    const { engine } = judged;
    const message = `Column ${shown(change.column)} has to be given a value: this fails if ${shown(change.relation)} holds rows, and running code that inserts without it fails afterwards.`;
    if (engine !== 'postgres') return { severity: 'danger', message };
    const table = quoteRelation(engine, change.relation);
    const column = quoteName(engine, change.column);
    const name = quoteName(engine, `${bareName(change.relation)}_${change.column}_not_null`);
    const nullable = change.definition?.replace(/\bNOT\s+NULL\b/i, '').trim();
    return {
      severity: 'danger',
      message,
      ...(nullable !== undefined && {
        saferWay: [
          `ALTER TABLE ${table} ADD COLUMN ${nullable}`,
          `-- deploy code that writes ${column}, fill the old rows in batches, then:`,
          `ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (${column} IS NOT NULL) NOT VALID`,
          `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`,
          `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
          `ALTER TABLE ${table} DROP CONSTRAINT ${name}`,
        ],
      }),
    };
  },
};
