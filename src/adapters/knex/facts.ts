import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Knex's migrations: programs with up and down. */
export const facts: MigrationToolFacts = {
  id: 'knex',
  label: 'Knex',
  docs: 'https://knexjs.org/guide/migrations.html',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: 'knex_migrations',
  defaultMigrationsDir: 'migrations',
  support: 'detected',
  canRollBack: true,
  printsSql: false,
  commands: {},
};
