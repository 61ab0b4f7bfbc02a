import { quoteRelation, shown } from '../names.ts';
import type { ChangeRule } from '../rule.ts';
import { isNew, rowsInWords, workSeverity } from '../size.ts';

/** VACUUM FULL, CLUSTER, REINDEX, SET TABLESPACE and the like write the whole table anew. */
export const rewriteTable: ChangeRule = {
  id: 'rewrite-table',
  kind: 'rewrites-table',
  judges: 'change',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html',
  find(change, judged) {
    if (change.kind !== 'rewrite-table' || isNew(judged, change.relation)) return undefined;
    const relation = quoteRelation(judged.engine, change.relation);
    const instead: Readonly<Record<string, string>> = {
      REINDEX: judged.sql.replace(/\b(table|index|schema|database|system)\b/i, (word) => `${word} CONCURRENTLY`),
      'VACUUM FULL': `VACUUM (ANALYZE) ${relation}`,
      'REFRESH MATERIALIZED VIEW': `REFRESH MATERIALIZED VIEW CONCURRENTLY ${relation}`,
    };
    const saferWay = judged.engine === 'postgres' ? instead[change.by] : undefined;
    return {
      severity: workSeverity(judged, change.relation),
      message: `${change.by} writes ${shown(change.relation)}${rowsInWords(judged, change.relation)} anew; others wait until it is done.`,
      ...(saferWay !== undefined && { saferWay: [saferWay] }),
    };
  },
};
