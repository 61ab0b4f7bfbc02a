import type { ChangeRule } from '../rule.ts';

const SAID: Readonly<Record<string, string>> = {
  writable_schema: 'lets statements edit the schema table itself; a mistake there makes the database file unreadable',
  ignore_check_constraints: 'switches CHECK constraints off; rows that break them can get in',
  synchronous: 'changes how far a power cut can set the file back',
  journal_mode: 'changes how the file is protected against a crash',
};

/** PRAGMAs that take away a protection. */
export const sqlitePragma: ChangeRule = {
  id: 'sqlite-pragma',
  kind: 'irreversible',
  judges: 'change',
  engines: ['sqlite'],
  docs: 'https://www.sqlite.org/pragma.html',
  find(change) {
    if (change.kind !== 'pragma') return undefined;
    const said = SAID[change.name];
    if (said === undefined || /^(?:0|off|false|no)$/i.test(change.value)) return undefined;
    return {
      severity: change.name === 'writable_schema' ? 'danger' : 'caution',
      message: `PRAGMA ${change.name} ${said}.`,
    };
  },
};
