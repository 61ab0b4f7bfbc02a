import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Django's migrations: a folder in every app; `sqlmigrate` prints one's SQL. */
export const facts: MigrationToolFacts = {
  id: 'django',
  label: 'Django migrations',
  docs: 'https://docs.djangoproject.com/en/stable/topics/migrations/',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: 'django_migrations',
  defaultMigrationsDir: 'migrations',
  support: 'detected',
  canRollBack: true,
  printsSql: true,
  commands: {},
};
