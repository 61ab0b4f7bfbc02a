import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** goose: SQL files with marks, or Go functions. Its `status` creates the history table. */
export const facts: MigrationToolFacts = {
  id: 'goose',
  label: 'goose',
  docs: 'https://pressly.github.io/goose/',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: 'goose_db_version',
  defaultMigrationsDir: 'migrations',
  support: 'detected',
  canRollBack: true,
  printsSql: false,
  commands: {},
};
