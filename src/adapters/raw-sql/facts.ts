import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Migrations as plain SQL files, run by lockkeeper itself: the one tool that is no program of the user's. */
export const facts: MigrationToolFacts = {
  id: 'raw-sql',
  label: 'raw SQL',
  docs: 'README.md',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: '_migrations',
  defaultMigrationsDir: 'migrations',
  support: 'driven',
  canRollBack: true,
  printsSql: true,
  commands: {},
};
