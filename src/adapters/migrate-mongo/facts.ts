import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** migrate-mongo: programs with up and down for MongoDB; its history is a collection. */
export const facts: MigrationToolFacts = {
  id: 'migrate-mongo',
  label: 'migrate-mongo',
  docs: 'https://github.com/seppevs/migrate-mongo',
  engines: ['mongodb'],
  historyTable: 'changelog',
  defaultMigrationsDir: 'migrations',
  support: 'detected',
  canRollBack: true,
  printsSql: false,
  commands: {},
};
