import { bareName, quoteName, quoteRelation, shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { effectOn, isNew, rowsInWords, workSeverity } from '../size.ts';

/** A foreign key that is checked at once reads both tables while neither can be written. */
export const addForeignKeyNotValid: ChangeRule = {
  id: 'add-foreign-key-not-valid',
  kind: 'blocks-writes',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  find(change, judged) {
    if (change.kind !== 'add-constraint' || change.constraint !== 'foreign-key' || !change.validated) return undefined;
    if (isNew(judged, change.relation) || !effectOn(judged, change.relation)?.scans) return undefined;
    const { engine } = judged;
    const table = quoteRelation(engine, change.relation);
    const name = quoteName(engine, change.name ?? `${bareName(change.relation)}_${change.columns?.join('_')}_fkey`);
    return {
      severity: workSeverity(judged, change.relation),
      message: `Checks every row of ${shown(change.relation)}${rowsInWords(judged, change.relation)} against ${shown(change.references ?? 'the other table')}; nobody can write to either table meanwhile. Fails if a row points nowhere.`,
      ...(change.definition && {
        saferWay: [
          `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${change.definition} NOT VALID`,
          '-- in a transaction of its own, so that the lock above is gone:',
          `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`,
        ],
      }),
    };
  },
};
