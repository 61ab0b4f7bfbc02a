import { shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { effectOn, isNew, relationIn, rowsInWords, workSeverity } from '../size.ts';

/** CREATE INDEX blocks writes for as long as it builds. */
export const indexNotConcurrent: ChangeRule = {
  id: 'index-not-concurrent',
  kind: 'blocks-writes',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
  find(change, judged) {
    if (change.kind !== 'create-index' || change.concurrently || isNew(judged, change.relation)) return undefined;
    if (!effectOn(judged, change.relation)?.scans) return undefined;
    const where = `${shown(change.relation)}${rowsInWords(judged, change.relation)}`;
    const severity = workSeverity(judged, change.relation);
    const fails = change.unique ? ' Fails if two rows have the same values.' : '';
    if (judged.engine === 'sqlite') {
      return {
        severity,
        message: `Builds index ${shown(change.index)} over all of ${where}; nobody can write to the database meanwhile.${fails}`,
      };
    }
    const message = `Builds index ${shown(change.index)} over all of ${where}; nobody can write to the table meanwhile.${fails}`;
    // PostgreSQL builds no index concurrently on a partitioned table as a whole.
    if (relationIn(judged, change.relation)?.partitionBy !== undefined) {
      return {
        severity,
        message: `${message} Build it CONCURRENTLY on each partition, then attach those to an index made ON ONLY the parent.`,
      };
    }
    return {
      severity,
      message,
      saferWay: ['-- outside a transaction:', judged.sql.replace(/\bindex\b/i, (word) => `${word} CONCURRENTLY`)],
    };
  },
};
