import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Drizzle's migration tool: SQL files and a journal. The history table lies in schema `drizzle` on PostgreSQL and has no schema elsewhere. */
export const facts: MigrationToolFacts = {
  id: 'drizzle',
  label: 'Drizzle Kit',
  docs: 'https://orm.drizzle.team/docs/kit-overview',
  engines: ['postgres', 'mysql', 'sqlite'],
  historyTable: 'drizzle.__drizzle_migrations',
  defaultMigrationsDir: 'drizzle',
  support: 'detected',
  canRollBack: false,
  printsSql: true,
  commands: {},
};
