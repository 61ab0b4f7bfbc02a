import { shown } from '../names.ts';
import type { StatementRule } from '../rule.ts';
import { rowsOf, TINY_ROWS } from '../size.ts';

/** A lock from an earlier statement of the transaction is held while this one reads or rewrites a table. */
export const worksUnderLock: StatementRule = {
  id: 'works-under-lock',
  kind: 'blocks-writes',
  judges: 'statement',
  docs: 'https://www.postgresql.org/docs/current/explicit-locking.html',
  find(judged) {
    const held = judged.heldLocks.find((lock) => lock.blocks !== 'nothing');
    if (held === undefined) return undefined;
    const own = judged.prediction.effects;
    // Where the statement itself blocks, its own rule has said so.
    if (own.some((effect) => effect.blocks !== 'nothing' && effect.scans)) return undefined;
    const works = own.find(
      (effect) =>
        effect.rewrites || (effect.scans && (rowsOf(judged, effect.relation) ?? Number.POSITIVE_INFINITY) >= TINY_ROWS),
    );
    if (works === undefined) return undefined;
    const blocks = held.blocks === 'writes' ? 'writes' : 'reads and writes';
    return {
      severity: 'danger',
      message: `Goes through all of ${shown(works.relation)} while the transaction still holds the lock on ${shown(held.relation)} that blocks ${blocks}. Commit before it.`,
    };
  },
};
