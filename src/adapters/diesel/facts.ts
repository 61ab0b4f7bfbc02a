import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Diesel's migrations: a folder with up.sql and down.sql each. */
export const facts: MigrationToolFacts = {
  id: 'diesel',
  label: 'Diesel',
  docs: 'https://diesel.rs/guides/getting-started',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: '__diesel_schema_migrations',
  defaultMigrationsDir: 'migrations',
  support: 'detected',
  canRollBack: true,
  printsSql: false,
  commands: {},
};
