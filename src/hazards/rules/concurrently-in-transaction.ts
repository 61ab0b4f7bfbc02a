import type { StatementRule } from '../rule.ts';

/** CREATE INDEX CONCURRENTLY, VACUUM and the like fail inside a transaction. */
export const concurrentlyInTransaction: StatementRule = {
  id: 'concurrently-in-transaction',
  kind: 'non-transactional',
  judges: 'statement',
  docs: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  find(judged) {
    if (!judged.prediction.refusesTransaction) return undefined;
    if (judged.inTransaction) {
      return {
        severity: 'danger',
        message:
          'The database refuses this statement inside a transaction, and it stands in one: the migration fails here. Give it a migration of its own that runs without a transaction.',
      };
    }
    const isConcurrent = /\bconcurrently\b/i.test(judged.sql);
    if (!isConcurrent || judged.engine !== 'postgres') return undefined;
    return {
      severity: 'info',
      message:
        'Runs outside a transaction: if it is interrupted, an index marked INVALID stays behind, which has to be dropped before trying again.',
    };
  },
};
