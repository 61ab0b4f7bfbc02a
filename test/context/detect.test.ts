import { describe, expect, it } from 'vitest';
import { detectProjects } from '../../src/context/detect.ts';
import { workspaceOf } from '../support/workspace.ts';

const pkg = (dependencies: Record<string, string>) => JSON.stringify({ name: 'x', dependencies });
const detect = async (contents: Record<string, string>) => await detectProjects(await workspaceOf(contents));
const short = (detected: Awaited<ReturnType<typeof detect>>) =>
  detected.projects.map((p) => [p.id, p.engine, p.migrationsDir, p.migrations.length]);

describe('detectProjects', () => {
  it('Prisma 7 beside SQL of others (umami)', async () => {
    const found = await detect({
      'package.json': pkg({ prisma: '^7.1.0' }),
      'node_modules/prisma/package.json': '{"version":"7.1.2"}',
      'prisma.config.ts':
        "export default defineConfig({ schema: './prisma/schema.prisma', migrations: { path: './prisma/migrations' }, datasource: { url: env('DATABASE_URL') } })",
      'prisma/schema.prisma': 'datasource db {\n provider = "postgresql"\n}',
      'prisma/migrations/01_init/migration.sql': '',
      'prisma/migrations/02_more/migration.sql': '',
      'db/clickhouse/migrations/01_a.sql': 'CREATE TABLE a (x Int) ENGINE = MergeTree',
      'db/postgresql/data-migrations/convert.sql': 'SELECT 1',
    });
    expect(short(found)).toEqual([['prisma', 'postgres', 'prisma/migrations', 2]]);
    expect(found.projects[0]).toMatchObject({
      root: '.',
      toolVersion: '7.1.2',
      urls: [{ source: { variable: 'DATABASE_URL' } }],
    });
    expect(found.ignored.map(({ path }) => path)).toEqual(['db/clickhouse/migrations']);
  });

  it('Prisma with its config inside src, and a schema over several files', async () => {
    const found = await detect({
      'apps/api/package.json': pkg({ prisma: '^7' }),
      'apps/api/src/prisma/prisma.config.ts':
        "export default { schema: './schema.prisma', migrations: { path: './migrations' }, datasource: { url: process.env.DATABASE_URL! } }",
      'apps/api/src/prisma/schema.prisma': 'datasource db { provider = "postgresql" }',
      'apps/api/src/prisma/migrations/1_a/migration.sql': '',
      'apps/web/package.json': pkg({ prisma: '^6' }),
      'apps/web/prisma/schema/main.prisma':
        '// datasource x { provider = "mysql" }\ndatasource db {\n provider = "sqlite"\n url = "file:./dev.db"\n}',
      'apps/web/prisma/schema/user.prisma': 'model User { id Int @id }',
      'apps/web/prisma/migrations/1_a/migration.sql': '',
    });
    expect(short(found)).toEqual([
      ['prisma:apps/api/src/prisma', 'postgres', 'apps/api/src/prisma/migrations', 1],
      ['prisma:apps/web', 'sqlite', 'apps/web/prisma/migrations', 1],
    ]);
    expect(JSON.stringify(found)).not.toContain('dev.db');
  });

  it('Drizzle: config two levels down, a config that throws, a journal without a config', async () => {
    const journal =
      '{"version":"7","dialect":"postgresql","entries":[{"idx":0,"tag":"0000_a"},{"idx":1,"tag":"0001_b"}]}';
    const found = await detect({
      'apps/one/package.json': pkg({ 'drizzle-kit': '^0.31.0' }),
      'apps/one/server/db/drizzle.config.ts':
        "export default defineConfig({ dialect: 'postgresql', out: 'drizzle', dbCredentials: { url: process.env.DATABASE_URL! } })",
      'apps/one/drizzle/meta/_journal.json': journal,
      'apps/two/package.json': pkg({ 'drizzle-kit': '^0.31.0' }),
      'apps/two/drizzle.config.ts':
        "const url = process.env.X; if (!url) throw new Error('no'); export default { dialect: 'postgresql', out: './src/database/server/migrations', dbCredentials: { url } }",
      'apps/two/src/database/server/migrations/meta/_journal.json': journal,
      'apps/three/package.json': pkg({ 'drizzle-orm': '^0.31.0' }),
      'apps/three/db/meta/_journal.json': journal,
    });
    expect(short(found)).toEqual([
      ['drizzle:apps/one', 'postgres', 'apps/one/drizzle', 2],
      ['drizzle:apps/two', 'postgres', 'apps/two/src/database/server/migrations', 2],
      ['drizzle:apps/three', 'postgres', 'apps/three/db', 2],
    ]);
    expect(found.projects[1]?.urls).toMatchObject([{ source: { variable: 'X' } }]);
  });

  it('Knex: a knexfile deep down', async () => {
    const found = await detect({
      'backend/package.json': pkg({ knex: '^3.0.0', pg: '^8' }),
      'backend/src/db/knexfile.ts': `
        import "ts-node/register";
        dotenv.config({ path: path.join(__dirname, "../../../.env") });
        export default {
          development: { client: "postgres", connection: { connectionString: process.env.DB_CONNECTION_URI },
            migrations: { tableName: "infisical_migrations" } },
          production: { client: "postgres", connection: process.env.DB_CONNECTION_URI, migrations: { tableName: "infisical_migrations" } } }`,
      'backend/src/db/migrations/20240101000000_a.ts': 'export async function up(knex) {}',
      'backend/src/db/migrations/20240102000000_b.ts': '',
      'backend/src/db/migrations/helpers/x.ts': '',
    });
    expect(short(found)).toEqual([['knex:backend', 'postgres', 'backend/src/db/migrations', 2]]);
    expect(found.projects[0]?.urls).toMatchObject([
      { environment: 'development', source: { variable: 'DB_CONNECTION_URI' } },
      { environment: 'production', source: { variable: 'DB_CONNECTION_URI' } },
    ]);
  });

  it('TypeORM: ormconfig.js, a DataSource, and migrations alone', async () => {
    const migration = 'export class A1 implements MigrationInterface { async up(queryRunner) {} }';
    const found = await detect({
      'packages/backend/package.json': pkg({ typeorm: '0.3.20', pg: '8' }),
      'packages/backend/ormconfig.js':
        "import { DataSource } from 'typeorm';\nexport default new DataSource({ type: 'postgres', host: config.db.host, migrations: ['migration/*.js'] });",
      'packages/backend/migration/1000000000000-Init.js': migration,
      'packages/api/package.json': pkg({ typeorm: '0.3.20' }),
      'packages/api/src/data-source.ts':
        "import { DataSource } from 'typeorm';\nexport const db = new DataSource({ type: 'mysql', url: process.env.DB_URL, migrations: [__dirname + '/migrations/*{.ts,.js}'] });",
      'packages/api/src/migrations/1600000000000-A.ts': migration,
      'packages/nest/package.json': pkg({ typeorm: '0.3.20', 'better-sqlite3': '11' }),
      'packages/nest/src/db/changes/1600000000000-A.ts': migration,
    });
    expect(short(found).sort()).toEqual([
      ['typeorm:packages/api', 'mysql', 'packages/api/src/migrations', 1],
      ['typeorm:packages/backend', 'postgres', 'packages/backend/migration', 1],
      ['typeorm:packages/nest', 'sqlite', 'packages/nest/src/db/changes', 1],
    ]);
  });

  it('Sequelize: .sequelizerc beside umzug; config.json needs the dependency', async () => {
    const found = await detect({
      'package.json': pkg({ sequelize: '^6', 'sequelize-cli': '^6', umzug: '3' }),
      '.sequelizerc':
        "require('dotenv').config();\nconst path = require('path');\nmodule.exports = { 'config': path.resolve('server/config', 'database.js'), 'migrations-path': path.resolve('server', 'migrations') };",
      'server/config/database.js':
        "module.exports = { production: { use_env_variable: 'DATABASE_URL', dialect: 'postgres' } }",
      'server/migrations/20160619080644-initial.js': '',
      'server/routes/api/revisions/x.py': '',
      'other/package.json': pkg({ express: '4' }),
      'other/config/config.json': '{"development":{"dialect":"mysql","database":"x"}}',
    });
    // The workspace's package.json above asks for sequelize-cli, so `other` may use it; its config has the right shape.
    expect(short(found)[0]).toEqual(['sequelize', 'postgres', 'server/migrations', 1]);
    expect(found.projects[0]?.urls).toMatchObject([
      { environment: 'production', source: { variable: 'DATABASE_URL' } },
    ]);
  });

  it('Alembic: dummy URL, decoys, order by down_revision', async () => {
    const found = await detect({
      'server/alembic.ini':
        '[alembic]\nscript_location = migrations\nsqlalchemy.url = driver://user:pass@localhost/dbname\n',
      'server/pyproject.toml': '[project]\ndependencies = ["asyncpg>=0.29", "alembic>=1.13.0"]',
      'server/migrations/env.py': 'from alembic import context',
      'server/migrations/versions/2026-08-02-b.py': 'revision = "a1"\ndown_revision: str | None = None\n',
      'server/migrations/versions/2026-08-01-a.py': 'revision: str = "b2"\ndown_revision = "a1"\n',
      'server/polar/merchant_migration/x.py': '',
      'clients/web/settings/migrations/page.tsx': '',
    });
    expect(short(found)).toEqual([['alembic:server', 'postgres', 'server/migrations/versions', 2]]);
    expect(found.projects[0]?.migrations).toEqual(['2026-08-02-b', '2026-08-01-a']);
    expect(found.projects[0]?.urls).toEqual([]);
  });

  it('Alembic without an ini: pyproject, and Flask-Migrate', async () => {
    const found = await detect({
      'a/pyproject.toml': '[tool.alembic]\nscript_location = "%(here)s/src/db"\n',
      'a/src/db/env.py': 'from alembic import context',
      'a/src/db/versions/1.py': 'revision = "1"',
      'b/migrations/alembic.ini': '[alembic]\n',
      'b/migrations/env.py': 'from alembic import context\nfrom flask import current_app',
      'b/migrations/versions/2.py': 'revision = "2"',
    });
    expect(short(found).map(([id, , dir]) => [id, dir])).toEqual([
      ['alembic:b', 'b/migrations/versions'],
      ['alembic:a', 'a/src/db/versions'],
    ]);
  });

  it('Django: apps beside manage.py', async () => {
    const found = await detect({
      'manage.py':
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'hc.settings')\nfrom django.core.management import execute_from_command_line",
      'hc/settings.py':
        "DATABASES = {\n 'default': {\n 'ENGINE': 'django.db.backends.sqlite3', # or DB\n 'NAME': os.getenv('DB_NAME', BASE_DIR / 'hc.sqlite'),\n }\n}\n",
      'requirements.txt': 'Django==5.1.2\n',
      'hc/api/migrations/0001_initial.py': '',
      'hc/api/migrations/0002_x.py': '',
      'hc/accounts/migrations/0001_initial.py': '',
      'hc/front/migrations/__init__.py': '',
      'other/manage.py': 'print("flask")',
    });
    expect(short(found)).toEqual([['django', 'sqlite', 'hc', 3]]);
    expect(found.projects[0]?.toolVersion).toBe('5.1.2');
    expect(found.ignored).toEqual([{ path: 'other/manage.py', reason: 'a manage.py that does not use Django' }]);
  });

  it('goose, three histories side by side', async () => {
    const up = '-- +goose Up\nSELECT 1;\n-- +goose Down\n';
    const found = await detect({
      'go.mod': 'require github.com/pressly/goose/v3 v3.24.1',
      'assets/migrations/mysql/001_a.sql': up,
      'assets/migrations/mysql/README.md': '',
      'assets/migrations/postgres/001_a.sql': up,
      'assets/migrations/postgres/010_c.sql': up,
      'assets/migrations/postgres/9_b.sql': up,
      'assets/migrations/sqlite/005_a.sql': up,
      'internal/migrate/20240101_x.go': 'func init() { goose.AddMigrationContext(Up, Down) }',
    });
    expect(short(found)).toEqual([
      ['goose:assets/migrations/mysql', 'mysql', 'assets/migrations/mysql', 1],
      ['goose:assets/migrations/postgres', 'postgres', 'assets/migrations/postgres', 3],
      ['goose:assets/migrations/sqlite', 'sqlite', 'assets/migrations/sqlite', 1],
      ['goose:internal/migrate', 'unknown', 'internal/migrate', 1],
    ]);
    expect(found.projects[1]?.migrations).toEqual(['001_a', '9_b', '010_c']);
    expect(found.projects[0]?.toolVersion).toBe('3.24.1');
  });

  it('Diesel and its look-alikes', async () => {
    const found = await detect({
      'diesel.toml': '[print_schema]\nfile = "src/schema.rs"\n',
      'Cargo.toml': '[dependencies]\ndiesel = { version = "2.2", features = ["postgres", "r2d2"] }\n',
      'migrations/2020-01-01-000000_a/up.sql': 'CREATE TABLE a (id int);',
      'migrations/2020-01-01-000000_a/down.sql': '',
    });
    expect(short(found)).toEqual([['diesel', 'postgres', 'migrations', 1]]);
    const alike = await detect({ 'migrations/x/up.sql': '' });
    expect(alike).toMatchObject({ projects: [], ignored: [{ path: 'migrations' }] });
  });

  it('Flyway: vendors side by side, versions as numbers', async () => {
    const base = 'jpa/src/main/resources/db/migration';
    const found = await detect({
      'jpa/pom.xml': '<artifactId>flyway-core</artifactId>',
      'jpa/src/main/resources/application.properties':
        'spring.flyway.table=schema_version\nspring.datasource.url=jdbc:h2:mem:x\n',
      [`${base}/H2/B1_12_0__base__H2.sql`]: '',
      [`${base}/H2/V1_12_1__x__H2.sql`]: '',
      [`${base}/MYSQL/V1_12_1__x__MYSQL.sql`]: '',
      [`${base}/POSTGRESQL/V1_2_0__x__POSTGRESQL.sql`]: '',
      [`${base}/POSTGRESQL/V1_12_1__x__POSTGRESQL.sql`]: '',
      [`${base}/POSTGRESQL/V1_9_0__x__POSTGRESQL.sql`]: '',
    });
    expect(short(found).map(([, engine, dir, count]) => [engine, dir, count])).toEqual([
      ['unknown', `${base}/H2`, 2],
      ['mysql', `${base}/MYSQL`, 1],
      ['postgres', `${base}/POSTGRESQL`, 3],
    ]);
    expect(found.projects[2]?.migrations.map((name) => name.split('__')[0])).toEqual(['V1_2_0', 'V1_9_0', 'V1_12_1']);
  });

  it('migrate-mongo', async () => {
    const found = await detect({
      'package.json': pkg({ 'migrate-mongo': '^11' }),
      'migrate-mongo-config.js':
        "module.exports = { mongodb: { url: 'mongodb://localhost:27017', databaseName: 'shop' }, migrationsDir: 'migrations' }",
      'migrations/20200101000000-a.js': '',
      'src/migrate/index.js': '',
    });
    expect(short(found)).toEqual([['migrate-mongo', 'mongodb', 'migrations', 1]]);
    expect(found.ignored).toEqual([]);
  });

  it.each([
    [
      'marks',
      {
        'migrations/001-initial.sql':
          '-- Up\nCREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);\n-- Down\nDROP TABLE a;',
      },
      'sqlite',
      1,
    ],
    [
      'pairs',
      {
        'db/migrations/20240101120000_a.up.sql': 'CREATE TABLE a (id BIGSERIAL)',
        'db/migrations/20240101120000_a.down.sql': '',
      },
      'postgres',
      1,
    ],
    ['plain', { 'migrations/001-initial.sql': 'CREATE TABLE a (id int)', 'migrations/002_b.sql': '' }, 'unknown', 2],
    ['with a URL', { 'migrations/001_a.sql': 'SELECT 1', '.env': 'DATABASE_URL=mysql://localhost/app' }, 'mysql', 1],
    ['stuck together', { 'migration/20240101120000init.sql': 'CREATE TABLE a (id int AUTO_INCREMENT)' }, 'mysql', 1],
  ])('raw SQL: %s', async (_what, contents, engine, count) => {
    const found = await detect(contents as unknown as Record<string, string>);
    expect(short(found).map(([id, ...rest]) => [id, rest[0], rest[2]])).toEqual([['raw-sql', engine, count]]);
  });

  it.each([
    ['node-pg-migrate', { 'migrations/1_a.sql': '-- Up Migration\nSELECT 1;\n-- Down Migration' }],
    ['dbmate', { 'db/migrations/20240101_a.sql': '-- migrate:up\nSELECT 1;' }],
    ['sql-migrate', { 'migrations/1_a.sql': '-- +migrate Up\nSELECT 1;' }],
    ['Liquibase', { 'migrations/1_a.sql': '-- liquibase formatted sql\n-- changeset me:1' }],
    ['Liquibase', { 'schema/changelog-master.xml': '<databaseChangeLog/>' }],
    ['Rails', { 'db/migrate/20240101000000_a.rb': '' }],
    [
      'graphile-migrate',
      { '@app/db/.gmrc': '{}', '@app/db/migrations/committed/000001.sql': '--! Previous: -\n--! Hash: sha1:x' },
    ],
    ['Supabase', { 'supabase/migrations/20240130_add.sql': 'SELECT 1' }],
    ['Atlas', { 'migrations/20240101_a.sql': 'SELECT 1', 'migrations/atlas.sum': 'h1:x' }],
    [
      'golang-migrate',
      {
        'go.mod': 'require github.com/golang-migrate/migrate/v4 v4.1.0',
        'migrations/1_a.up.sql': '',
        'migrations/1_a.down.sql': '',
      },
    ],
    ['sqlx', { 'Cargo.toml': 'sqlx = "0.8"', 'migrations/1_a.sql': 'SELECT 1' }],
    ['refinery', { 'Cargo.toml': 'refinery = "0.8"', 'migrations/V1__a.sql': 'SELECT 1' }],
    ['test data', { 'tests/fixtures/migrations/001_a.sql': 'SELECT 1' }],
    ['unmanaged', { 'package.json': pkg({ sequelize: '6' }), 'server/migrations/v2.33.0-a.js': '' }],
    ['typeorm', { 'package.json': pkg({ typeorm: '0.3' }) }],
  ])('is none of ours and says so: %s', async (word, contents) => {
    const found = await detect(contents as unknown as Record<string, string>);
    expect(found.projects).toEqual([]);
    expect(found.ignored.map(({ reason }) => reason).join()).toContain(word);
  });

  it('does not look into ignored folders', async () => {
    expect(
      (
        await detect({
          '.gitignore': 'old/\n',
          'old/migrations/001_a.sql': 'SELECT 1',
          'node_modules/x/knexfile.js': '',
        })
      ).projects,
    ).toEqual([]);
  });

  it.each([
    ['drizzle', { 'package.json': pkg({}), 'tsconfig.json': '{}' }],
    ['alembic', { 'pyproject.toml': '[project]' }],
    ['django', { 'requirements.txt': 'Django>=5' }],
  ])('recommends %s where nothing is found', async (tool, contents) => {
    expect((await detect(contents as unknown as Record<string, string>)).recommended?.tool).toBe(tool);
  });

  it('recommends nothing beside what is there', async () => {
    expect((await detect({ 'a.txt': '' })).recommended).toBeUndefined();
    expect(
      (await detect({ 'package.json': pkg({}), 'migrations/1_a.sql': '-- +migrate Up' })).recommended,
    ).toBeUndefined();
  });

  it('takes the folder the configuration names', async () => {
    const found = await detect({
      'lockkeeper.config.json': '{"migrations":{"dir":"./changes"}}',
      'changes/001_a.up.sql': '',
      'changes/001_a.down.sql': '',
    });
    expect(found.projects[0]).toMatchObject({ id: 'raw-sql', migrationsDir: 'changes', migrations: ['001_a'] });
  });
});
