import { bareName, quoteName, quoteRelation, shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew } from '../size.ts';

/** A renamed table is gone for code that runs already. */
export const renameTable: ChangeRule = {
  id: 'rename-table',
  kind: 'breaks-clients',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html',
  find(change, judged) {
    if (change.kind !== 'rename-table' || isNew(judged, change.relation)) return undefined;
    const { engine } = judged;
    const message = `Renames ${shown(change.relation)} to ${shown(change.to)}: running code that uses the old name fails at once.`;
    if (engine === 'sqlite') return { severity: 'danger', message };
    return {
      severity: 'danger',
      message: `${message} A view under the old name keeps it working until every client has moved.`,
      saferWay: [
        'BEGIN',
        `ALTER TABLE ${quoteRelation(engine, change.relation)} RENAME TO ${quoteName(engine, bareName(change.to))}`,
        `CREATE VIEW ${quoteRelation(engine, change.relation)} AS SELECT * FROM ${quoteRelation(engine, change.to)}`,
        'COMMIT',
        '-- once no code uses the old name:',
        `DROP VIEW ${quoteRelation(engine, change.relation)}`,
      ],
    };
  },
};
