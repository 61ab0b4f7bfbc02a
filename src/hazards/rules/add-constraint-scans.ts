import { bareName, quoteName, quoteRelation, shown } from '../names.ts';
import type { ChangeRule, Finding } from '../rule.ts';
import { effectOn, isNew, rowsInWords, workSeverity } from '../size.ts';

/** CHECK, UNIQUE, PRIMARY KEY and EXCLUDE read the whole table while nobody can use it. */
export const addConstraintScans: ChangeRule = {
  id: 'add-constraint-scans',
  kind: 'scans-table',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  find(change, judged) {
    if (change.kind !== 'add-constraint' || change.constraint === 'foreign-key' || isNew(judged, change.relation))
      return undefined;
    if (!change.validated || !effectOn(judged, change.relation)?.scans) return undefined;
    const { engine } = judged;
    const words = {
      'primary-key': 'primary key',
      unique: 'unique constraint',
      check: 'check',
      exclusion: 'exclusion constraint',
    };
    const table = quoteRelation(engine, change.relation);
    const columns = change.columns ?? [];
    const suffix = { 'primary-key': 'pkey', unique: 'key', check: 'check', exclusion: 'excl' }[change.constraint];
    const name = quoteName(engine, change.name ?? [bareName(change.relation), ...columns, suffix].join('_'));
    const finding: Finding = {
      severity: workSeverity(judged, change.relation),
      message: `Adding this ${words[change.constraint]} reads all of ${shown(change.relation)}${rowsInWords(judged, change.relation)} while nobody can read or write it. Fails if a row is against it.`,
    };
    if (engine !== 'postgres') return finding;
    if (change.constraint === 'check' && change.definition) {
      return {
        ...finding,
        saferWay: [
          `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${change.definition} NOT VALID`,
          '-- in a transaction of its own, so that the lock above is gone:',
          `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`,
        ],
      };
    }
    if (change.constraint === 'exclusion' || change.usesIndex || columns.length === 0) return finding;
    const keyword = change.constraint === 'unique' ? 'UNIQUE' : 'PRIMARY KEY';
    return {
      ...finding,
      saferWay: [
        '-- outside a transaction:',
        `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table} (${columns.map((column) => quoteName(engine, column)).join(', ')})`,
        `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${keyword} USING INDEX ${name}`,
      ],
    };
  },
};
