import type { Detection, MigrationToolFacts } from '../core/migration-tool.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { detect as alembic } from './alembic/detect.ts';
import { facts as alembicFacts } from './alembic/facts.ts';
import { detect as diesel } from './diesel/detect.ts';
import { facts as dieselFacts } from './diesel/facts.ts';
import { detect as django } from './django/detect.ts';
import { facts as djangoFacts } from './django/facts.ts';
import { detect as drizzle } from './drizzle/detect.ts';
import { facts as drizzleFacts } from './drizzle/facts.ts';
import { detect as flyway } from './flyway/detect.ts';
import { facts as flywayFacts } from './flyway/facts.ts';
import { detect as goose } from './goose/detect.ts';
import { facts as gooseFacts } from './goose/facts.ts';
import { detect as knex } from './knex/detect.ts';
import { facts as knexFacts } from './knex/facts.ts';
import { detect as migrateMongo } from './migrate-mongo/detect.ts';
import { facts as migrateMongoFacts } from './migrate-mongo/facts.ts';
import { detect as prisma } from './prisma/detect.ts';
import { facts as prismaFacts } from './prisma/facts.ts';
import { detect as rawSql } from './raw-sql/detect.ts';
import { facts as rawSqlFacts } from './raw-sql/facts.ts';
import { detect as sequelize } from './sequelize/detect.ts';
import { facts as sequelizeFacts } from './sequelize/facts.ts';
import { detect as typeorm } from './typeorm/detect.ts';
import { facts as typeormFacts } from './typeorm/facts.ts';

/** What detection needs of a migration tool; driving it is more. */
export interface Detector {
  readonly facts: MigrationToolFacts;
  /** Files only; configuration is read, never executed. */
  detect(files: WorkspaceFiles): Promise<Detection>;
}

/** Every migration tool we can recognise, those first whose marks leave the least doubt. */
export const DETECTORS: readonly Detector[] = [
  { facts: prismaFacts, detect: prisma },
  { facts: drizzleFacts, detect: drizzle },
  { facts: knexFacts, detect: knex },
  { facts: typeormFacts, detect: typeorm },
  { facts: sequelizeFacts, detect: sequelize },
  { facts: alembicFacts, detect: alembic },
  { facts: djangoFacts, detect: django },
  { facts: migrateMongoFacts, detect: migrateMongo },
  { facts: gooseFacts, detect: goose },
  { facts: dieselFacts, detect: diesel },
  { facts: flywayFacts, detect: flyway },
  { facts: rawSqlFacts, detect: rawSql },
];
