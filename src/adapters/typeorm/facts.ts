import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** TypeORM's migrations: classes with up and down. It has no default folder; src/migrations is what its documentation shows. */
export const facts: MigrationToolFacts = {
  id: 'typeorm',
  label: 'TypeORM',
  docs: 'https://typeorm.io/docs/migrations/why',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite', 'mongodb'],
  historyTable: 'migrations',
  defaultMigrationsDir: 'src/migrations',
  support: 'detected',
  canRollBack: true,
  printsSql: false,
  commands: {},
};
