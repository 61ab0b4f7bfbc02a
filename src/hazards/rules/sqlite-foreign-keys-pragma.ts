import type { ChangeRule } from '../rule.ts';

/** SQLite ignores PRAGMA foreign_keys inside a transaction, without a word. */
export const sqliteForeignKeysPragma: ChangeRule = {
  id: 'sqlite-foreign-keys-pragma',
  kind: 'deletes-data',
  judges: 'change',
  engines: ['sqlite'],
  docs: 'https://www.sqlite.org/pragma.html#pragma_foreign_keys',
  find(change, judged) {
    if (change.kind !== 'pragma' || change.name !== 'foreign_keys' || !judged.inTransaction) return undefined;
    return {
      severity: 'danger',
      message:
        'SQLite ignores PRAGMA foreign_keys inside a transaction, and this stands in one: foreign keys stay as they were, and dropping a table during a rebuild then deletes the rows that refer to it (ON DELETE CASCADE). Send it before BEGIN.',
    };
  },
};
