import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseHandle, Session, Workbench } from '../../../src/core/ports.ts';
import { backup } from '../../../src/engines/postgres/backup.ts';
import { fingerprint } from '../../../src/engines/postgres/fingerprint.ts';
import { restore } from '../../../src/engines/postgres/restore.ts';
import { handleOf, testBench } from '../../support/bench.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../../support/postgres.ts';

describe.runIf(havePostgres())('PostgreSQL restore', () => {
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper-restore-'));
  const bench = testBench();
  let server: PostgresServer;
  let source: DatabaseHandle;
  let admin: Session;
  let file: string;
  let print: Awaited<ReturnType<typeof fingerprint>>;
  let made = 0;
  const run = async (handle: DatabaseHandle, ...statements: string[]): Promise<void> => {
    const session = await bench.connect(handle);
    for (const sql of statements) await session.execute(sql);
    await session.close();
  };
  const printOf = async (handle: DatabaseHandle) => {
    const session = await bench.connect(handle);
    try {
      return await fingerprint(session);
    } finally {
      await session.close();
    }
  };
  const newDatabase = async (...statements: string[]): Promise<DatabaseHandle> => {
    const name = `made_${made++}`;
    await admin.execute(`CREATE DATABASE ${name}`);
    const handle = handleOf(server.urlOf(name));
    await run(handle, ...statements);
    return handle;
  };
  const taken = async (handle: DatabaseHandle, scope: Parameters<typeof backup>[2]): Promise<string> => {
    const folder = join(root, `backup-${made++}`);
    mkdirSync(folder);
    return join(folder, (await backup(bench, handle, scope, folder)).file);
  };
  beforeAll(async () => {
    server = await startPostgres();
    admin = await bench.connect(handleOf(server.url));
    await admin.execute('CREATE ROLE shop_owner');
    source = await newDatabase(
      'CREATE TABLE boats (id serial PRIMARY KEY, name text)',
      'INSERT INTO boats (name) SELECT md5(n::text) FROM generate_series(1, 200000) AS n',
      'CREATE SCHEMA shop',
      'CREATE TABLE shop.orders (id int PRIMARY KEY, boat int REFERENCES boats (id))',
      'ALTER TABLE shop.orders OWNER TO shop_owner',
      'CREATE TABLE odd (id int GENERATED ALWAYS AS IDENTITY, note text, list text[], data bytea)',
      `INSERT INTO odd (note, list, data) VALUES (E'tab\\t back\\\\slash it''s \\r\\n\\b.', ARRAY['a', NULL, 'b''"\\'], '\\x00ff'), (NULL, NULL, ''), ('\\.', '{}', NULL)`,
      'CREATE TABLE empty ()',
      'INSERT INTO empty DEFAULT VALUES',
      'CREATE VIEW names AS SELECT name FROM boats',
      "SELECT lo_from_bytea(0, 'large')",
    );
    file = await taken(source, { kind: 'full' });
    print = await printOf(source);
  });
  afterAll(async () => {
    await admin?.close();
    server?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it('refuses a populated target unless it is to be replaced', async () => {
    const target = await newDatabase('CREATE TABLE boats (id int)', 'INSERT INTO boats VALUES (7)');
    const before = await printOf(target);
    await expect(restore(bench, file, target, { replace: false })).rejects.toMatchObject({ code: 'RESTORE.POPULATED' });
    expect(await printOf(target)).toEqual(before);
  });

  it('replaces everything, also what came after the backup, and keeps owners', async () => {
    const target = await newDatabase(
      'CREATE TABLE boats (id int)',
      'CREATE TABLE later (id int)',
      'CREATE VIEW odd AS SELECT * FROM later',
      'CREATE SCHEMA "New One"',
      'CREATE TABLE "New One"."t t" (id int)',
      "CREATE TYPE mood AS ENUM ('calm')",
      'CREATE DOMAIN positive AS int CHECK (VALUE > 0)',
      'CREATE TYPE pair AS (a int, b mood)',
      `CREATE FUNCTION f(a int, b "mood") RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int)`,
      `CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)`,
      'CREATE PUBLICATION p FOR TABLE later',
      'CREATE TABLE wide (a int, b int)',
      'CREATE STATISTICS s ON a, b FROM wide',
      "SELECT lo_from_bytea(0, 'old')",
    );
    await restore(bench, file, target, { replace: true });
    expect(await printOf(target)).toEqual(print);
    const session = await bench.connect(target);
    expect(await session.query("SELECT tableowner FROM pg_tables WHERE tablename = 'orders'")).toEqual([
      { tableowner: 'shop_owner' },
    ]);
    expect(await session.query('SELECT pubname FROM pg_publication')).toEqual([]);
    await session.close();
  });

  it('takes a cut archive for damaged before it touches anything', async () => {
    const bytes = readFileSync(file);
    const cut = join(root, 'full.dump');
    writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.4)));
    execFileSync(join(server.bin, 'pg_restore'), ['--list', cut], { stdio: 'ignore' });
    const target = await newDatabase('CREATE TABLE kept (id int)', 'INSERT INTO kept VALUES (7)');
    const before = await printOf(target);
    await expect(restore(bench, cut, target, { replace: true })).rejects.toMatchObject({ code: 'BACKUP.DAMAGED' });
    expect(await printOf(target)).toEqual(before);
  });

  it('leaves the target as it was when its program is killed', async () => {
    const target = await newDatabase('CREATE TABLE kept (id int)', 'INSERT INTO kept VALUES (7)');
    const before = await printOf(target);
    const killing: Workbench = {
      ...bench,
      async run(call) {
        if (!call.argv.includes('--single-transaction')) return await bench.run(call);
        const started = bench.run(call);
        // Killed once it is at work inside its transaction.
        for (let waited = 0; waited < 200; waited++) {
          const [row] = await admin.query(
            "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'COPY public.boats%' AND state = 'active'",
          );
          if (row?.n === 1) break;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        const program = call.argv.find((one) => /\/(psql|pg_restore)$/.test(one));
        execFileSync('sh', ['-c', `kill -9 $(pgrep -f -- "^${program} .*--single-transaction")`]);
        return await started;
      },
    };
    await expect(restore(killing, file, target, { replace: true })).rejects.toMatchObject({ code: 'RESTORE.FAILED' });
    expect(await printOf(target)).toEqual(before);
  });

  it('does not empty a database with a backup that has no rows', async () => {
    const schema = await taken(source, { kind: 'schema' });
    const target = await newDatabase('CREATE TABLE kept (id int)');
    await expect(restore(bench, schema, target, { replace: true })).rejects.toMatchObject({
      code: 'RESTORE.POPULATED',
    });
    const empty = await newDatabase();
    await restore(bench, schema, empty, { replace: false });
    expect((await printOf(empty)).tables.every((one) => one.rows === 0)).toBe(true);
  });

  it('replaces only the tables that a backup of tables holds', async () => {
    const tables = await taken(source, { kind: 'tables', tables: ['shop.orders'] });
    const target = await newDatabase(
      'CREATE TABLE kept (id int)',
      'CREATE SCHEMA shop',
      'CREATE TABLE shop.orders (x int)',
    );
    await restore(bench, tables, target, { replace: true });
    expect((await printOf(target)).tables.map((one) => one.table)).toEqual(['public.kept', 'shop.orders']);
  });

  it('puts an archive into embedded PostgreSQL, where only client programs are installed', async () => {
    const embedded = await bench.pglite.start({});
    try {
      await restore(bench, file, embedded.database, { replace: false });
      expect((await printOf(embedded.database)).tables).toEqual(print.tables);
    } finally {
      await embedded.stop();
    }
  });

  it('names an extension that the target lacks', async () => {
    // A server without the extension cannot be had beside one with it, so pg_restore's answer is given by hand.
    const lacking: Workbench = {
      ...bench,
      run: async (call) =>
        call.argv.includes('--single-transaction')
          ? {
              exitCode: 1,
              stdout: '',
              stderr: 'pg_restore: error: could not execute query: ERROR:  extension "postgis" is not available',
            }
          : await bench.run(call),
    };
    await expect(restore(lacking, file, await newDatabase(), { replace: false })).rejects.toMatchObject({
      code: 'RESTORE.FAILED',
      message: expect.stringMatching(/lacks an extension that the backup needs: .*postgis/),
    });
  });
});
