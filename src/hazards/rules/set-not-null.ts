import { bareName, quoteName, quoteRelation, shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { effectOn, isNew, rowsInWords, workSeverity } from '../size.ts';

/** SET NOT NULL reads every row under ACCESS EXCLUSIVE unless a valid CHECK proves it. */
export const setNotNull: ChangeRule = {
  id: 'set-not-null',
  kind: 'scans-table',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL',
  find(change, judged) {
    if (change.kind !== 'set-not-null' || isNew(judged, change.relation)) return undefined;
    if (!effectOn(judged, change.relation)?.scans) return undefined;
    const { engine } = judged;
    const message = `Reads all of ${shown(change.relation)}${rowsInWords(judged, change.relation)} to see that ${shown(change.column)} is never NULL`;
    if (engine !== 'postgres') {
      return {
        severity: workSeverity(judged, change.relation),
        message: `${message}, while nobody can write. Fails if a row holds NULL.`,
      };
    }
    const table = quoteRelation(engine, change.relation);
    const name = quoteName(engine, `${bareName(change.relation)}_${change.column}_not_null`);
    return {
      severity: workSeverity(judged, change.relation),
      message: `${message}, while nobody can read or write it. Fails if a row holds NULL.`,
      saferWay: [
        `ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (${quoteName(engine, change.column)} IS NOT NULL) NOT VALID`,
        '-- in a transaction of its own, so that the lock above is gone:',
        `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`,
        '-- in a third one, which from PostgreSQL 12 on reads no row:',
        `ALTER TABLE ${table} ALTER COLUMN ${quoteName(engine, change.column)} SET NOT NULL`,
        `ALTER TABLE ${table} DROP CONSTRAINT ${name}`,
      ],
    };
  },
};
