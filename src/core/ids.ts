/** The closed sets of names everything else is keyed by. */

export const ENGINES = ['postgres', 'mysql', 'mariadb', 'sqlite', 'mongodb'] as const;
export type EngineId = (typeof ENGINES)[number];

/** Migration tools, in the order detection prefers them. */
export const MIGRATION_TOOLS = [
  'prisma',
  'drizzle',
  'knex',
  'typeorm',
  'sequelize',
  'alembic',
  'django',
  'migrate-mongo',
  'goose',
  'diesel',
  'flyway',
  'raw-sql',
] as const;
export type MigrationToolId = (typeof MIGRATION_TOOLS)[number];

/** What can be asked for. There is no reset, no push and no drop-database. */
export const OPERATIONS = [
  'setup',
  'generate',
  'run',
  'rollback',
  'seed',
  'backup',
  'restore',
  'diff',
  'zero-downtime',
  'recover',
  'baseline',
  'merge',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What an action can touch, from harmless to not. */
export type Effect = 'read' | 'files' | 'database';
