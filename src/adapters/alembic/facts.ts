import type { MigrationToolFacts } from '../../core/migration-tool.ts';

/** Alembic: revisions in Python that form a graph; `--sql` prints them without a database. */
export const facts: MigrationToolFacts = {
  id: 'alembic',
  label: 'Alembic',
  docs: 'https://alembic.sqlalchemy.org/en/latest/',
  engines: ['postgres', 'mysql', 'mariadb', 'sqlite'],
  historyTable: 'alembic_version',
  defaultMigrationsDir: 'alembic/versions',
  support: 'detected',
  canRollBack: true,
  printsSql: true,
  commands: {},
};
