import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** sequelize-cli's migrations: programs with up and down. */
export const facts: MigrationToolFacts = {
  id: 'sequelize',
  label: 'Sequelize',
  docs: 'https://sequelize.org/docs/v6/other-topics/migrations/',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: 'SequelizeMeta',
  defaultMigrationsDir: 'migrations',
  support: 'detected',
  canRollBack: true,
  printsSql: false,
  commands: {},
};
