import { shown } from '../names.ts';
import type { StatementRule } from '../rule.ts';

const MANY = 5;

/** One transaction that collects blocking locks on many tables stops more and more of the application, and can deadlock. */
export const severalLocks: StatementRule = {
  id: 'several-locks',
  kind: 'blocks-writes',
  judges: 'statement',
  engines: ['postgres'],
  find(judged) {
    const blocking = (effects: readonly { readonly blocks: string; readonly relation: string }[]) =>
      new Set(effects.filter((effect) => effect.blocks !== 'nothing').map((effect) => effect.relation));
    const before = blocking(judged.heldLocks);
    const after = blocking([...judged.heldLocks, ...judged.prediction.effects]);
    // Said once, by the statement that makes it many.
    if (!judged.inTransaction || before.size >= MANY || after.size < MANY) return undefined;
    const names = [...after].slice(0, MANY).map(shown).join(', ');
    return {
      severity: 'caution',
      message: `From here on the transaction holds blocking locks on ${after.size} tables (${names}) until it ends. Several smaller migrations hold each for a moment only.`,
    };
  },
};
