import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, havePostgres, PASSWORD, type PostgresServer, startPostgres } from '../support/postgres.ts';
import {
  type Ground,
  goThrough,
  groundOn,
  haveMounts,
  mountedFolder,
  onPostgres,
  postgresGround,
  processesOn,
  type Said,
  sqliteGround,
  until,
} from './ground.ts';

const withServer = havePostgres();
const withMounts = haveMounts();
let server: PostgresServer;
beforeAll(async () => {
  if (withServer) server = await startPostgres();
});
afterAll(() => server?.stop());

const TABLE = "CREATE TABLE things (id integer PRIMARY KEY, name text);\nINSERT INTO things VALUES (1, 'a'), (2, 'b')";
const DROP = { 'migrations/001_drop.sql': '-- UP\nDROP TABLE things;\n' };

async function things(ground: Ground): Promise<number> {
  return Number((await ground.sql('SELECT count(*) AS n FROM things'))[0]?.n);
}

function backupFolders(ground: Ground): readonly string[] {
  const folder = join(ground.root, '.lockkeeper', 'backups');
  return existsSync(folder) ? readdirSync(folder) : [];
}

function statuses(answer: Said): readonly string[] {
  return (answer.steps as { status: string }[]).map((step) => step.status);
}

describe.skipIf(!withServer)('a server that cannot be worked with', () => {
  const nobody = (url: string): Ground =>
    groundOn({ url, files: { 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n' } }, () => []);

  it.each([
    [
      'out of reach',
      async () => `postgresql://postgres:secret-word@127.0.0.1:${await freePort()}/app`,
      'DATABASE.UNREACHABLE',
    ],
    ['wrong password', async () => server.urlOf('postgres', 'postgres', 'secret-word'), 'DATABASE.AUTHENTICATION'],
    ['no such user', async () => server.urlOf('postgres', 'nobody', 'secret-word'), 'DATABASE.AUTHENTICATION'],
    ['no such database', async () => server.urlOf('not_there'), 'DATABASE.MISSING'],
  ])('%s: said by every tool, and nothing happened', async (_what, url, code) => {
    const ground = nobody(await url());
    for (const [tool, input] of [
      ['migrationStatus', {}],
      ['planOperation', { operation: 'run' }],
      ['backup', { action: 'create' }],
      ['diffSchemas', { from: 'development', to: 'migrations' }],
    ] as const) {
      const answer = await ground.tool(tool, input);
      expect(answer).toMatchObject({ outcome: 'failed', error: { code } });
      expect(answer.error?.message).toMatch(/Nothing was/);
      const text = JSON.stringify(answer);
      for (const secret of ['secret-word', PASSWORD, encodeURIComponent(PASSWORD)]) expect(text).not.toContain(secret);
    }
    expect(backupFolders(ground)).toEqual([]);
    expect(ground.run(['status']).code).toBe(1);
  });
});

describe.skipIf(!withServer || !withMounts)('a machine without the right pg_dump', () => {
  /** Hides what packages install; PATH holds only this folder. */
  const without = (folder: string): string =>
    `if [ -d /usr/lib/postgresql ]; then mount -t tmpfs tmpfs /usr/lib/postgresql; fi; PATH=${folder}; export PATH`;

  it('none at all: a small database is dumped by the one compiled to WASM, and that is said', async () => {
    const ground = await postgresGround(server, DROP, TABLE);
    const done = ground.json(['run'], { mounts: without('/nowhere') });
    expect(done, JSON.stringify(done)).toMatchObject({ outcome: 'done', backup: { verified: 'restored' } });
    expect(ground.json(['backup', 'list']).backups).toMatchObject([{ method: expect.stringContaining('WASM') }]);
    expect(ground.json(['restore'], { mounts: without('/nowhere') })).toMatchObject({ outcome: 'done' });
    expect(await things(ground)).toBe(2);
  });

  it('none at all and a database too large for that: PROGRAM.MISSING, and nothing was changed', async () => {
    const big = `${TABLE};\nCREATE UNLOGGED TABLE big (note text);\nALTER TABLE big ALTER note SET STORAGE EXTERNAL;\nINSERT INTO big SELECT repeat('x', 65000) FROM generate_series(1, 4300)`;
    const ground = await postgresGround(server, DROP, big);
    const answer = ground.json(['run'], { mounts: without('/nowhere') });
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'PROGRAM.MISSING' } });
    expect(answer.error?.message).toMatch(/pg_dump.*Nothing was changed.*[Ii]nstall/s);
    expect(statuses(answer)).toEqual(['failed', 'not-run', 'not-run']);
    expect(await things(ground)).toBe(2);
    expect(backupFolders(ground)).toEqual([]);
  });

  it('an older one than the server: PROGRAM.TOO_OLD, and nothing was changed', async () => {
    const ground = await postgresGround(server, DROP, TABLE);
    const folder = join(ground.root, 'old');
    mkdirSync(folder);
    writeFileSync(join(folder, 'pg_dump'), '#!/bin/sh\necho "pg_dump (PostgreSQL) 12.3"\n');
    chmodSync(join(folder, 'pg_dump'), 0o755);
    const answer = ground.json(['run'], { mounts: without(folder) });
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'PROGRAM.TOO_OLD' } });
    expect(answer.error?.message).toMatch(/12\.3.*Nothing was changed/s);
    expect(await things(ground)).toBe(2);
    expect(backupFolders(ground)).toEqual([]);
  });
});

describe.skipIf(!withMounts)('disks that are full or may not be written to', () => {
  it('a workspace on a read-only disk: looking works, and nothing is run that cannot be recorded', async () => {
    const disk = mountedFolder('8m');
    const ground = sqliteGround({ 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n' }, '', disk.path);
    disk.readOnly();
    expect(ground.json(['detect']).projects).toHaveLength(1);
    expect(ground.json(['status'])).toMatchObject({ outcome: 'done', counts: { pending: 1 } });
    for (const args of [['plan', 'run'], ['run'], ['backup']]) {
      const answer = ground.json(args);
      expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'WORKSPACE.READ_ONLY' } });
    }
    const generated = ground.json(['generate', 'another']);
    expect(generated).toMatchObject({ outcome: 'failed', error: { code: 'WORKSPACE.READ_ONLY' } });
  });

  it.each(['DELETE', 'WAL'])('a %s database on a read-only disk: said before the first write', async (mode) => {
    const disk = mountedFolder('8m');
    const file = join(disk.path, 'shop.db');
    const database = new Sqlite(file);
    database.exec(`PRAGMA journal_mode = ${mode};\n${TABLE}`);
    database.close();
    const ground = groundOn(
      { url: `sqlite:${file}`, files: { 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n' } },
      () => [],
    );
    disk.readOnly();
    const answer = await goThrough(ground, 'run');
    expect(answer.outcome).toBe('failed');
    expect(['WORKSPACE.READ_ONLY', 'DATABASE.PERMISSION']).toContain(answer.error?.code);
    if (answer.steps) expect(new Set(statuses(answer))).toEqual(new Set(['not-run']));
    disk.writable();
    expect(await goThrough(ground, 'run')).toMatchObject({ outcome: 'done' });
  });

  it.each([
    ['SQLite', false],
    ['PostgreSQL', true],
  ])(
    'full while %s is backed up: the half file goes, and the run stops before its first write',
    async (_name, onServer) => {
      if (onServer && !withServer) return;
      const disk = mountedFolder('3m');
      const files = {
        ...DROP,
        'lockkeeper.config.json': JSON.stringify({ backups: { folder: join(disk.path, 'kept') } }),
      };
      const rows = onServer
        ? `${TABLE};\nCREATE TABLE big (note text);\nINSERT INTO big SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 300000) i GROUP BY i / 20`
        : `${TABLE};\nCREATE TABLE big (note text);\nINSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT hex(randomblob(400)) FROM n`;
      const ground = onServer ? await postgresGround(server, files, rows) : sqliteGround(files, rows);
      for (const answer of [await goThrough(ground, 'run'), await ground.tool('backup', { action: 'create' })]) {
        expect(answer, JSON.stringify(answer)).toMatchObject({ outcome: 'failed', error: { code: 'DISK.FULL' } });
        if (answer.steps) expect(statuses(answer)).toEqual(['failed', 'not-run', 'not-run']);
        expect(readdirSync(join(disk.path, 'kept'))).toEqual([]);
      }
      expect(await things(ground)).toBe(2);
      expect((await ground.tool('backup', { action: 'list' })).backups).toEqual([]);
      expect((await ground.state()).audit.verify().broken).toBeUndefined();
    },
  );

  it.each(['DELETE', 'WAL'])('full while a %s database is migrated: taken back whole', async (mode) => {
    const disk = mountedFolder('6m');
    const file = join(disk.path, 'shop.db');
    const sql = (text: string) => {
      const database = new Sqlite(file);
      try {
        const statement = database.prepare(text);
        return statement.reader ? (statement.all() as Record<string, unknown>[]) : [];
      } finally {
        database.close();
      }
    };
    const made = new Sqlite(file);
    made.exec(`PRAGMA journal_mode = ${mode};\n${TABLE}`);
    made.close();
    const files = {
      'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n',
      'migrations/002_big.sql':
        "UPDATE things SET name = 'changed';\nCREATE TABLE big (note text);\nINSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) SELECT hex(randomblob(200)) FROM n;\n",
    };
    const ground = groundOn({ url: `sqlite:${file}`, files }, sql);
    const answer = await goThrough(ground, 'run');
    expect(answer, JSON.stringify(answer)).toMatchObject({ outcome: 'failed', error: { code: 'DISK.FULL' } });
    expect(statuses(answer)).toEqual(['applied', 'applied', 'applied', 'failed']);
    expect(answer.steps.at(-1).message).toContain('taken back');
    expect(sql('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(sql("SELECT name FROM things WHERE name = 'changed'")).toEqual([]);
    expect(sql('SELECT filename FROM _migrations')).toEqual([{ filename: '001_a.sql' }]);
    expect(await ground.tool('migrationStatus')).toMatchObject({ counts: { applied: 1, pending: 1, problems: 0 } });
  });

  it('full where lockkeeper keeps its records: nothing is begun', async () => {
    const disk = mountedFolder('2m');
    const outside = mountedFolder('8m');
    const file = join(outside.path, 'shop.db');
    const made = new Sqlite(file);
    made.exec(TABLE);
    made.close();
    const files = { '.env': `DATABASE_URL=sqlite:${file}\n`, 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n' };
    const ground = groundOn({ url: `sqlite:${file}`, files, root: disk.path }, () => []);
    spawnSync('sh', ['-c', `cat /dev/zero > ${disk.path}/filler`]);
    const answer = await goThrough(ground, 'run');
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'DISK.FULL' } });
    const database = new Sqlite(file);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name IN ('a', '_migrations')").all()).toEqual([]);
    database.close();
  });
});

describe('files that are not what they seem', () => {
  it('an empty migrations folder', async () => {
    const ground = sqliteGround({}, TABLE);
    mkdirSync(join(ground.root, 'migrations'));
    for (const answer of [
      await ground.tool('migrationStatus'),
      await ground.tool('planOperation', { operation: 'run' }),
    ])
      expect(answer.error?.code ?? answer.outcome).toBe('PROJECT.NONE');
    expect(await ground.tool('detectTool')).toMatchObject({ outcome: 'nothing-to-do', projects: [] });
    // With the folder named it is a project, and there is nothing to do in it.
    ground.write('lockkeeper.config.json', '{ "migrations": { "dir": "migrations" } }');
    expect(await ground.tool('migrationStatus')).toMatchObject({ outcome: 'done', counts: { applied: 0, pending: 0 } });
    expect(await ground.tool('planOperation', { operation: 'run' })).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('a directory named like a migration is not one, nor is a link to a directory', async () => {
    const ground = sqliteGround({ 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n' }, TABLE);
    mkdirSync(join(ground.root, 'migrations/002_folder.sql'));
    expect(await ground.tool('migrationStatus')).toMatchObject({ counts: { pending: 1, problems: 0 } });
    expect(await goThrough(ground, 'run')).toMatchObject({ outcome: 'done' });
    mkdirSync(join(ground.root, 'elsewhere'));
    symlinkSync('../elsewhere', join(ground.root, 'migrations/003_link.sql'));
    const answer = await goThrough(ground, 'run');
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'MIGRATION.INVALID' } });
    expect(answer.error?.message).toMatch(/003_link.*Nothing was run/);
    expect(await ground.sql('SELECT filename FROM _migrations')).toEqual([{ filename: '001_a.sql' }]);
  });

  it('a migration of zero bytes is recorded and changes nothing', async () => {
    const ground = sqliteGround(
      { 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n', 'migrations/002_empty.sql': '' },
      TABLE,
    );
    const plan = await ground.tool('planOperation', { operation: 'run' });
    expect(plan.steps.at(-1)).toMatchObject({ statements: [] });
    expect(await ground.tool('runMigrations', { planId: plan.planId })).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
  });

  it('file names of 255 bytes work, and of 1,000 characters are refused', async () => {
    const name = `001_${'x'.repeat(247)}.sql`;
    const ground = sqliteGround({ [`migrations/${name}`]: 'CREATE TABLE a (id integer);\n' }, TABLE);
    expect(await goThrough(ground, 'run')).toMatchObject({ outcome: 'done' });
    expect(await ground.sql('SELECT filename FROM _migrations')).toEqual([{ filename: name }]);
    const long = 'y'.repeat(1_000);
    const generated = await ground.tool('generateMigration', { name: long, from: 'empty' });
    expect(generated).toMatchObject({ outcome: 'done' });
    for (const [tool, input] of [
      ['analyzeMigration', { files: [`migrations/${long}.sql`] }],
      ['planOperation', { operation: 'run', to: long }],
      ['diffSchemas', { from: `file:${long}.sql`, to: 'development' }],
      ['migrationStatus', { environment: long }],
    ] as const) {
      const answer = await ground.tool(tool, input);
      expect(answer.outcome, tool).toBe('failed');
      expect(answer.error?.code, JSON.stringify(answer)).not.toBe('INTERNAL.BUG');
    }
  });
});

describe.skipIf(!withServer)('PostgreSQL that does not do as it is told', () => {
  it('tables called "a""b" go through backup, rehearsal, run, rollback and restore', async () => {
    const odd =
      'CREATE TABLE "a""b" ("x ""y""" integer PRIMARY KEY, "Ünïc;öde" text);\nINSERT INTO "a""b" VALUES (1, \'it\'\'s\'), (2, NULL)';
    const files = {
      'migrations/001_odd.sql':
        '-- UP\nALTER TABLE "a""b" ADD COLUMN "--" text DEFAULT \'$$\';\nCREATE TABLE "c"".""d" (id integer);\n-- DOWN\nDROP TABLE "c"".""d";\nALTER TABLE "a""b" DROP COLUMN "--";\n',
    };
    const ground = await postgresGround(server, files, odd);
    const saved = await ground.tool('backup', { action: 'create' });
    expect(saved).toMatchObject({ outcome: 'done', backup: { verified: 'restored', rows: 2 } });
    const some = await ground.tool('backup', { action: 'create', scope: 'tables', tables: ['a"b'] });
    expect(some, JSON.stringify(some)).toMatchObject({ outcome: 'done', backup: { verified: 'restored', tables: 1 } });
    const plan = await ground.tool('planOperation', { operation: 'run' });
    const tried = await ground.tool('rehearse', { planId: plan.planId });
    expect(tried).toMatchObject({ outcome: 'done', roundTrip: 'identical' });
    expect(await ground.tool('runMigrations', { planId: plan.planId })).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
    expect(await goThrough(ground, 'rollback')).toMatchObject({ outcome: 'done', backup: { verified: 'restored' } });
    await ground.sql('DELETE FROM "a""b"');
    const back = await goThrough(ground, 'restore', { backupId: saved.backup.id }, typing(ground));
    expect(back, JSON.stringify(back)).toMatchObject({ outcome: 'done' });
    expect(await ground.sql('SELECT * FROM "a""b" ORDER BY 1')).toEqual([
      { 'x "y"': 1, 'Ünïc;öde': "it's" },
      { 'x "y"': 2, 'Ünïc;öde': null },
    ]);
  });

  it('a history table that this user may not read is not taken for one that is not there', async () => {
    const role = `walker_${Date.now().toString(36)}`;
    await onPostgres(server.url, `CREATE ROLE ${role} LOGIN PASSWORD 'w'`);
    const owner = await postgresGround(
      server,
      {},
      "CREATE TABLE _migrations (id serial PRIMARY KEY, filename text, applied_at timestamptz DEFAULT now());\nINSERT INTO _migrations (filename) VALUES ('001_a.sql')",
    );
    onTestFinished(async () => {
      await owner.sql(`DROP OWNED BY ${role} CASCADE`);
      await onPostgres(server.url, `DROP ROLE ${role}`);
    });
    const name = String((await owner.sql('SELECT current_database() AS name'))[0]?.name);
    await owner.sql(`GRANT ALL ON SCHEMA public TO ${role}`);
    const files = {
      'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n',
      'migrations/002_b.sql': 'CREATE TABLE b (id integer);\n',
    };
    const ground = groundOn({ url: server.urlOf(name, role, 'w'), files }, (text) => owner.sql(text));
    for (const answer of [await ground.tool('migrationStatus'), await goThrough(ground, 'run')])
      expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'DATABASE.PERMISSION' } });
    // It may read now, and still neither widen nor write: stopped at the first statement, taken back.
    await owner.sql(`GRANT SELECT ON _migrations TO ${role}`);
    expect(await ground.tool('migrationStatus')).toMatchObject({ counts: { applied: 1, pending: 1 } });
    const stopped = await goThrough(ground, 'run');
    expect(stopped).toMatchObject({ outcome: 'failed', error: { code: 'DATABASE.PERMISSION' } });
    expect(statuses(stopped)).toEqual(['failed', 'not-run']);
    expect(await owner.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([
      { tablename: '_migrations' },
    ]);
  });

  it.each([
    ['to write', 'SHARE ROW EXCLUSIVE', ['applied', 'failed', 'not-run']],
    // Nobody can even look at it then, so it ends before it begins.
    ['alone', 'ACCESS EXCLUSIVE', []],
  ])('a table that someone else holds %s: given up after the limit, and everything stays', async (_how, mode, ends) => {
    const files = {
      'migrations/001_a.sql':
        'CREATE TABLE a (id integer);\nALTER TABLE things ADD COLUMN more text;\nCREATE TABLE b (id integer);\n',
      'migrations/002_c.sql': 'CREATE TABLE c (id integer);\n',
    };
    const ground = await postgresGround(server, files, TABLE);
    const name = String((await ground.sql('SELECT current_database() AS name'))[0]?.name);
    const holder = new pg.Client({ connectionString: server.urlOf(name) });
    await holder.connect();
    onTestFinished(() => holder.end());
    const plan = await ground.tool('planOperation', { operation: 'run' });
    await holder.query('BEGIN');
    await holder.query(`LOCK TABLE things IN ${mode} MODE`);
    const began = Date.now();
    const answer = await ground.tool('runMigrations', { planId: plan.planId });
    expect(Date.now() - began).toBeLessThan(9_000);
    await holder.query('ROLLBACK');
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'DATABASE.LOCK_TIMEOUT' } });
    expect(answer.steps === undefined ? [] : statuses(answer)).toEqual(ends);
    if (ends.includes('failed')) expect(answer.steps[1].message).toContain('taken back');
    const left = await ground.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    expect(left.map((row) => row.tablename).filter((one) => one !== '_migrations')).toEqual(['things']);
    expect(await goThrough(ground, 'run')).toMatchObject({ outcome: 'done' });
  });

  it('a server that is stopped in the middle: failed or in doubt, as its history says once it is back', async () => {
    const own = await startPostgres();
    onTestFinished(() => own.stop());
    const files = {
      'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n',
      'migrations/002_slow.sql':
        'CREATE TABLE slow (id integer);\nSELECT pg_sleep(20);\nCREATE TABLE after_it (id integer);\n',
    };
    const ground = await postgresGround(own, files, TABLE);
    const [place] = await ground.sql('SHOW data_directory');
    const control = (...args: string[]): void => {
      const argv = [join(own.bin, 'pg_ctl'), '-D', String(place?.data_directory), '-w', ...args];
      const [program = '', ...rest] = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--', ...argv] : argv;
      execFileSync(program, rest, { stdio: 'ignore', cwd: '/' });
    };
    const running = ground.start(['run', '--json']);
    await until(
      'the slow statement',
      async () => (await ground.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length > 0,
    );
    control('-m', 'immediate', 'stop');
    const { code, stdout } = await running.ended;
    const answer = JSON.parse(stdout) as Said;
    expect(code).toBe(1);
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'DATABASE.CONNECTION_LOST' } });
    expect(statuses(answer)).toEqual(['applied', 'applied', 'in-doubt']);
    expect(answer.error?.message).toMatch(/not certain/);
    expect(ground.json(['status'])).toMatchObject({ error: { code: 'DATABASE.UNREACHABLE' } });
    control('start');
    expect(ground.json(['status'])).toMatchObject({ outcome: 'done', counts: { applied: 1, pending: 1 } });
    ground.write('migrations/002_slow.sql', 'CREATE TABLE slow (id integer);\n');
    expect(ground.json(['run'])).toMatchObject({ outcome: 'done' });
  });

  it('the connection is cut and the server lives: the history is asked, and says that it was taken back', async () => {
    const ground = await postgresGround(
      server,
      { 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\nSELECT pg_sleep(20);\n' },
      TABLE,
    );
    const running = ground.start(['run', '--json']);
    const found = await until(
      'the slow statement',
      async () =>
        (
          await ground.sql(
            "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()",
          )
        )[0],
    );
    await ground.sql(`SELECT pg_terminate_backend(${Number(found.pid)})`);
    const answer = JSON.parse((await running.ended).stdout) as Said;
    expect(answer).toMatchObject({ outcome: 'failed', error: { code: 'DATABASE.CONNECTION_LOST' } });
    expect(answer.steps.at(-1)).toMatchObject({ status: 'failed', message: expect.stringContaining('was taken back') });
  });
});

describe.skipIf(!withServer)('CREATE INDEX CONCURRENTLY with "-- lockkeeper: no-transaction"', () => {
  const files = (unique: string) => ({
    'migrations/001_index.sql': `-- lockkeeper: no-transaction\n-- UP\nCREATE ${unique} INDEX CONCURRENTLY things_name ON things (name);\n-- DOWN\nDROP INDEX CONCURRENTLY things_name;\n`,
  });

  it('goes up and down', async () => {
    const ground = await postgresGround(server, files(''), TABLE);
    expect(await goThrough(ground, 'run')).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
    expect(await ground.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'things_name'::regclass")).toEqual([
      { indisvalid: true },
    ]);
    expect(await goThrough(ground, 'rollback')).toMatchObject({ outcome: 'done', verified: { history: true } });
    expect(await ground.sql("SELECT to_regclass('things_name') AS there")).toEqual([{ there: null }]);
  });

  it('fails half-way: the invalid index and the unfinished migration are reported, and recover puts it right', async () => {
    const ground = await postgresGround(server, files('UNIQUE'), `${TABLE};\nINSERT INTO things VALUES (3, 'a')`);
    const failed = await goThrough(ground, 'run');
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'DATABASE.STATEMENT_FAILED' } });
    expect(statuses(failed)).toEqual(['applied', 'in-doubt']);
    const status = await ground.tool('migrationStatus');
    const messages = (status.problems as { message: string }[]).map((problem) => problem.message).join('\n');
    expect(messages).toMatch(/001_index began outside a transaction and never ended/);
    expect(messages).toMatch(/index:things_name is INVALID/);
    // Nothing runs past it.
    expect(await goThrough(ground, 'run')).toMatchObject({
      outcome: 'failed',
      error: { code: 'MIGRATION.FAILED_BEFORE' },
    });
    await ground.sql('DROP INDEX things_name');
    await ground.sql('DELETE FROM things WHERE id = 3');
    expect(await goThrough(ground, 'recover', { change: { mark: 'rolled-back' } })).toMatchObject({ outcome: 'done' });
    expect(await ground.tool('migrationStatus')).toMatchObject({ counts: { applied: 0, pending: 1, problems: 0 } });
    expect(await goThrough(ground, 'run')).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
    expect(processesOn(ground.root)).toEqual([]);
  });

  it('killed half-way: the same', async () => {
    const ground = await postgresGround(server, files(''), TABLE);
    const name = String((await ground.sql('SELECT current_database() AS name'))[0]?.name);
    // A transaction that is older keeps the build waiting.
    const older = new pg.Client({ connectionString: server.urlOf(name) });
    await older.connect();
    onTestFinished(() => older.end().catch(() => {}));
    const running = ground.start(['run', '--json']);
    await older.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await older.query('SELECT * FROM things');
    await older.query('LOCK TABLE things IN ROW EXCLUSIVE MODE');
    await until(
      'the build',
      async () =>
        (
          await ground.sql(
            "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE  INDEX CONCURRENTLY%' AND datname = current_database()",
          )
        ).length > 0,
    );
    await sleep(100);
    await running.kill();
    await older.query('ROLLBACK');
    await until(
      'the end of the dead session',
      async () =>
        (
          await ground.sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper run%'",
          )
        ).length === 0,
      6_000,
    );
    const status = ground.json(['status']);
    expect(status.problems.map((problem: { message: string }) => problem.message).join('\n')).toMatch(
      /001_index began outside a transaction/,
    );
    const valid = await ground.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('things_name')");
    if (valid[0]?.indisvalid === false) expect(JSON.stringify(status.problems)).toContain('is INVALID');
    await ground.sql('DROP INDEX IF EXISTS things_name');
    expect(ground.json(['run'])).toMatchObject({ error: { code: 'MIGRATION.FAILED_BEFORE' } });
    expect(await goThrough(ground, 'recover', { change: { mark: 'rolled-back' } })).toMatchObject({ outcome: 'done' });
    expect(ground.json(['run'])).toMatchObject({ outcome: 'done' });
  });
});

/** A person who types the name of the database, wherever they are asked. */
function typing(ground: Ground) {
  return {
    channel: 'terminal' as const,
    async ask({ planId }: { planId: string }) {
      const { plan } = (await ground.state()).plans.get(planId, new Date());
      return { kind: 'answered' as const, text: plan.environment.database.name };
    },
  };
}
