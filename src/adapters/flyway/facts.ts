import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Flyway: versioned SQL files. Undo migrations and dry runs belong to its paid editions. */
export const facts: MigrationToolFacts = {
  id: 'flyway',
  label: 'Flyway',
  docs: 'https://documentation.red-gate.com/flyway',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: 'flyway_schema_history',
  defaultMigrationsDir: 'src/main/resources/db/migration',
  support: 'detected',
  canRollBack: false,
  printsSql: false,
  commands: {},
};
