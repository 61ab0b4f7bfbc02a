import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Prisma's own migration tool: one folder with migration.sql per migration, no down half. MongoDB has no migrations. */
export const facts: MigrationToolFacts = {
  id: 'prisma',
  label: 'Prisma Migrate',
  docs: 'https://www.prisma.io/docs/orm/prisma-migrate',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite', 'mongodb'],
  historyTable: '_prisma_migrations',
  defaultMigrationsDir: 'prisma/migrations',
  support: 'detected',
  canRollBack: false,
  printsSql: true,
  commands: {},
};
