import type { StatementRule } from '../rule.ts';

/** Text that the engine's grammar does not read. */
export const unparsed: StatementRule = {
  id: 'unparsed',
  kind: 'opaque',
  judges: 'statement',
  find(judged) {
    if (judged.prediction.parsed) return undefined;
    return { severity: 'danger', message: 'This is no statement the database can read, so nothing can be said of it.' };
  },
};
