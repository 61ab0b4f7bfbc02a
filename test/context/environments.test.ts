import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/context/config.ts';
import { detectProjects } from '../../src/context/detect.ts';
import { findEnvironments } from '../../src/context/environments.ts';
import { kindNamed } from '../../src/context/protection.ts';
import { workspaceOf } from '../support/workspace.ts';

const RAW = { 'migrations/001_a.sql': 'SELECT 1;' };

async function find(contents: Record<string, string>, process: Record<string, string> = {}) {
  const files = await workspaceOf(contents);
  const config = await readConfig(files);
  const { projects } = await detectProjects(files, config);
  const found = await findEnvironments(files, projects[0], process, config);
  return { files, found, named: (name: string) => found.find((environment) => environment.name === name) };
}

/** What a URL turned into, for tests only. */
const url = (environment: { url?: { reveal(): string } } | undefined) => environment?.url?.reveal();

describe('findEnvironments: where URLs come from', () => {
  it('takes NAME from .env.NAME.local, then .env.NAME; development also from .env', async () => {
    const { found } = await find({
      ...RAW,
      '.env': 'DATABASE_URL=postgres://localhost/one',
      '.env.local': 'OTHER=1',
      '.env.production': 'DATABASE_URL=postgres://db.example.com/two',
      '.env.staging': 'DATABASE_URL=postgres://db.example.com/three',
      '.env.staging.local': 'DATABASE_URL=postgres://db.example.com/four',
      '.env.example': 'DATABASE_URL=postgres://localhost/none',
      '.env.production.example': 'DATABASE_URL=postgres://localhost/none',
    });
    expect(found.map(({ name, urlSource, place }) => [name, urlSource, place])).toEqual([
      ['development', '.env: DATABASE_URL', 'localhost/one'],
      ['production', '.env.production: DATABASE_URL', 'db.example.com/two'],
      ['staging', '.env.staging.local: DATABASE_URL', 'db.example.com/four'],
    ]);
  });

  it('uses the process environment for development and mapped names only', async () => {
    const contents = {
      ...RAW,
      '.env.production': 'PORT=1',
      'lockkeeper.config.json': '{"environments":{"qa":{"url":{"env":"QA_URL"}}}}',
    };
    const { named } = await find(contents, {
      DATABASE_URL: 'postgres://localhost/app',
      QA_URL: 'postgres://h.example/qa',
    });
    expect(named('development')?.urlSource).toBe('process environment: DATABASE_URL');
    expect(named('production')?.url).toBeUndefined();
    expect(named('production')?.protected).toBe(true);
    expect(named('qa')).toMatchObject({ place: 'h.example/qa', protected: true });
  });

  it('takes only what the configuration names', async () => {
    const { named } = await find({
      '.env': 'DATABASE_URL=postgres://localhost/app\nMAIN=mysql://localhost/main',
      'db/.env.x': 'V=./data.sqlite',
      'lockkeeper.config.json': JSON.stringify({
        environments: {
          development: { url: { file: '.env', variable: 'MAIN' } },
          missing: { url: { file: '.env', variable: 'GONE' } },
          test: { url: { file: 'db/.env.x', variable: 'V' } },
          plain: { url: 'postgres://u:hunter2@localhost/plain' },
        },
      }),
    });
    expect(named('development')).toMatchObject({ engine: 'mysql', place: 'localhost/main', protected: false });
    expect(named('missing')?.url).toBeUndefined();
    expect(named('test')?.place).toBe('db/data.sqlite');
    expect(named('plain')).toMatchObject({
      urlSource: 'lockkeeper.config.json: environments.plain.url',
      protected: true,
    });
    expect(JSON.stringify(named('plain'))).not.toContain('hunter2');
  });

  it("prefers the tool's own configuration, per environment", async () => {
    const { named } = await find({
      'knexfile.js':
        "module.exports = { development: { client: 'pg', connection: 'postgres://localhost/k' }, production: { client: 'pg', connection: process.env.PG_URI } }",
      'migrations/20240101000000_a.js': '',
      '.env': 'PG_URI=postgres://localhost/not-production',
      '.env.production': 'PG_URI=postgres://pg.example/main',
    });
    expect(named('development')).toMatchObject({ urlSource: 'knexfile.js: development', place: 'localhost/k' });
    expect(named('production')).toMatchObject({
      urlSource: '.env.production: PG_URI',
      place: 'pg.example/main',
      protected: true,
    });
  });

  it("reads Prisma's relative file from the schema's folder", async () => {
    const { files, named } = await find({
      'prisma/schema.prisma': 'datasource db { provider = "sqlite"\n url = env("DATABASE_URL") }',
      '.env': 'DATABASE_URL="file:./dev.db"',
    });
    expect(url(named('development'))).toBe(`sqlite:${files.root}/prisma/dev.db`);
  });

  it('reads Django and Alembic literals', async () => {
    const django = await find({
      'manage.py': "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\nimport django",
      'site1/settings.py':
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}",
    });
    expect(url(django.named('development'))).toBe(`sqlite:${django.files.root}/db.sqlite3`);
    const alembic = await find({
      'alembic.ini': '[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///tmp/app.db\n',
      'alembic/env.py': 'from alembic import context',
    });
    expect(url(alembic.named('development'))).toBe(`sqlite:${alembic.files.root}/tmp/app.db`);
  });

  it.each([
    ['DB_HOST=db\nDB_PORT=5432\nDB_NAME=app\nDB_USER=u\nDB_PASSWORD=p@ss/#1', 'postgres://u:p%40ss%2F%231@db:5432/app'],
    [
      'DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_DATABASE=app\nDB_USERNAME=root\nDB_PASSWORD=',
      'mysql://root@127.0.0.1/app',
    ],
    ['SQLALCHEMY_DATABASE_URI=postgresql+asyncpg://u:p@localhost/app', 'postgres://u:p@localhost/app'],
    ['TURSO_DATABASE_URL=libsql://a.turso.io\nTURSO_AUTH_TOKEN=tok', 'libsql://a.turso.io?authToken=tok'],
    ['MONGODB_URI=mongodb://localhost:27017\nMONGODB_DB=shop', 'mongodb://localhost:27017/shop'],
    [`U=app\nDATABASE_URL="postgres://\${U}:x@localhost/app"`, 'postgres://app:x@localhost/app'],
    ['POSTGRES_URL=postgres://localhost/a', 'postgres://localhost/a'],
  ])('reads %j', async (text, wanted) => {
    expect(url((await find({ '.env': text })).named('development'))).toBe(wanted);
  });

  it('looks in the project first and in the workspace after it', async () => {
    const { named } = await find({
      'packages/api/package.json': '{}',
      'packages/api/migrations/001_a.sql': '',
      'packages/api/.env': 'DATABASE_URL=./api.db',
      '.env': 'DATABASE_URL=./root.db',
      '.env.test': 'DATABASE_URL=./test.db',
    });
    expect(named('development')).toMatchObject({
      place: 'packages/api/api.db',
      urlSource: 'packages/api/.env: DATABASE_URL',
    });
    expect(named('test')).toMatchObject({ place: 'test.db', protected: false, kind: 'test' });
  });

  it('has no environment where there is no URL', async () => {
    expect((await find(RAW)).found).toEqual([]);
  });

  it('never shows a URL', async () => {
    const { found } = await find({ '.env': 'DATABASE_URL=postgres://u:hun%ter2@localhost/app' });
    expect(JSON.stringify(found)).not.toContain('hun%ter2');
    expect(found).toHaveLength(1);
  });
});

describe('findEnvironments: what is protected (P5)', () => {
  const judged = async (name: string, address: string, more: Record<string, string> = {}, process = {}) => {
    const { named } = await find({ [`.env.${name}`]: `DATABASE_URL=${address}`, ...more }, process);
    return named(name);
  };

  it.each([
    ['production', 'postgres://localhost/app', 'production'],
    ['prod-eu', 'postgres://localhost/app', 'production'],
    ['live', 'sqlite:app.db', 'production'],
    ['staging', 'postgres://localhost/app', 'staging'],
    ['development', 'postgres://localhost/shop_production', 'production'],
    ['development', 'postgres://localhost/shopprod', 'production'],
    ['development', 'sqlite:prod.db', 'production'],
    ['development', 'postgres://prod-db/app', 'production'],
    ['development', 'postgres://db.example.com/app', 'unknown'],
    ['development', 'postgres://10.0.0.5/app', 'unknown'],
    ['development', 'postgres://db.default.svc.cluster.local/app', 'unknown'],
    ['development', 'postgres://localhost,db.example.com/app', 'unknown'],
    ['test', 'mongodb+srv://cluster0.x.mongodb.net/app', 'unknown'],
    ['development', 'libsql://x.turso.io', 'unknown'],
    ['blue', 'postgres://localhost/app', 'unknown'],
  ])('%s on %s is protected', async (name, address, kind) => {
    const environment = await judged(name, address);
    expect(environment).toMatchObject({ protected: true, kind });
    expect(environment?.evidence.length).toBeGreaterThan(0);
  });

  it.each([
    ['development', 'postgres://localhost:5432/app'],
    ['development', 'postgres://127.0.0.1/products'],
    ['development', 'postgres://db/delivery'],
    ['development', 'mysql://host.docker.internal/app'],
    ['test', 'postgres://pg.localhost/app_test'],
    ['dev', 'sqlite:livestream.db'],
    ['test', 'postgres:///app?host=/var/run/postgresql'],
  ])('%s on %s is proven harmless', async (name, address) => {
    const environment = await judged(name, address);
    expect(environment).toMatchObject({ protected: false });
    expect(environment?.evidence.length).toBeGreaterThan(0);
  });

  it('listens to NODE_ENV and its like', async () => {
    const inFile = await find({ '.env': 'NODE_ENV=production\nDATABASE_URL=./a.db' });
    expect(inFile.named('development')).toMatchObject({ protected: true, kind: 'production' });
    const around = await find(
      { '.env': 'DATABASE_URL=./a.db' },
      { DJANGO_SETTINGS_MODULE: 'shop.settings.production' },
    );
    expect(around.named('development')?.evidence.join()).toContain('DJANGO_SETTINGS_MODULE');
  });

  it('lets configuration tighten and says so where it tries to loosen', async () => {
    const config = (environments: object) => ({ 'lockkeeper.config.json': JSON.stringify({ environments }) });
    expect(await judged('development', './a.db', config({ development: { protected: true } }))).toMatchObject({
      protected: true,
    });
    expect(await judged('qa', './a.db', config({ qa: { kind: 'test' } }))).toMatchObject({
      protected: false,
      kind: 'test',
    });
    const loosened = await judged(
      'production',
      './a.db',
      config({ production: { protected: false, kind: 'development' } }),
    );
    expect(loosened).toMatchObject({ protected: true, kind: 'production' });
    expect(loosened?.evidence.join()).toContain('can only tighten');
  });

  it('knows words and not parts of words', () => {
    for (const name of ['products', 'delivery', 'livestream', 'reproduction-free', 'olive', 'backstage'])
      expect(['production', 'staging'], name).not.toContain(kindNamed(name));
    for (const name of ['PROD', 'myProd', 'eu_live', 'prod2']) expect(kindNamed(name), name).toBe('production');
  });
});

describe('readConfig', () => {
  it.each([
    ['{', 'not JSON'],
    ['{"environment":{}}', 'environment'],
    ['{"environments":{"a":{"protect":true}}}', 'environments.a'],
    ['{"environments":{"a":{"url":{"env":1}}}}', 'environments.a.url'],
    ['{"policy":{"forbid":["nothing"]}}', 'policy.forbid.0'],
    ['{"policy":{"allow":["deletes-data"]}}', 'allow'],
  ])('names the field that is wrong in %s', async (text, word) => {
    const files = await workspaceOf({ 'lockkeeper.config.json': text });
    await expect(readConfig(files)).rejects.toMatchObject({
      code: 'CONFIG.INVALID',
      message: expect.stringContaining(word),
    });
  });

  it('keeps URLs secret at once', async () => {
    const config = await readConfig(
      await workspaceOf({ 'lockkeeper.config.json': '{"environments":{"a":{"url":"postgres://u:hunter2@h/d"}}}' }),
    );
    expect(JSON.stringify(config)).not.toContain('hunter2');
  });
});
