import { quoteName, quoteRelation, shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { effectOn, isNew, rowsInWords, workSeverity } from '../size.ts';

/** Another type: most rewrite the table under ACCESS EXCLUSIVE, and old code may not survive it. */
export const changeType: ChangeRule = {
  id: 'change-type',
  kind: 'rewrites-table',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
  find(change, judged) {
    if (change.kind !== 'change-type' || isNew(judged, change.relation)) return undefined;
    const effect = effectOn(judged, change.relation);
    const works = effect?.rewrites || effect?.scans;
    const loses = effect?.loses;
    if (!works && !change.breaks && loses === undefined) return undefined;
    const { engine } = judged;
    const table = quoteRelation(engine, change.relation);
    const column = quoteName(engine, change.column);
    const next = quoteName(engine, `${change.column}_new`);
    const from = change.from === undefined ? '' : ` from ${shown(change.from)}`;
    const cost = effect?.rewrites
      ? ` The whole table${rowsInWords(judged, change.relation)} is rewritten while nobody can read or write it.`
      : works
        ? ` The whole table${rowsInWords(judged, change.relation)} is read while nobody can read or write it.`
        : '';
    const unknown = change.from === undefined ? ' (the old type is not known here; some changes are free)' : '';
    const lost = loses === undefined ? '' : ` Lost: ${shown(loses)}.`;
    const breaks = change.breaks ? ' Code written for the old type can fail.' : '';
    return {
      kind:
        loses !== undefined
          ? 'deletes-data'
          : change.breaks
            ? 'breaks-clients'
            : effect?.rewrites
              ? 'rewrites-table'
              : 'scans-table',
      severity: loses !== undefined || change.breaks ? 'danger' : workSeverity(judged, change.relation),
      message: `Changes ${shown(change.column)} of ${shown(change.relation)}${from} to ${shown(change.to)}.${cost}${unknown}${lost}${breaks}`,
      saferWay: [
        `ALTER TABLE ${table} ADD COLUMN ${next} ${change.to}`,
        '-- deploy code that writes both columns, then fill the old rows in batches:',
        `UPDATE ${table} SET ${next} = ${column}::${change.to} WHERE ${next} IS NULL AND ${column} IS NOT NULL`,
        `-- deploy code that uses ${next}, then:`,
        `ALTER TABLE ${table} DROP COLUMN ${column}`,
      ],
    };
  },
};
