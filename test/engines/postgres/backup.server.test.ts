import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LockkeeperError } from '../../../src/core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../../src/core/ports.ts';
import { backup } from '../../../src/engines/postgres/backup.ts';
import { fingerprint } from '../../../src/engines/postgres/fingerprint.ts';
import { restore } from '../../../src/engines/postgres/restore.ts';
import { handleOf, testBench } from '../../support/bench.ts';
import { havePostgres, PASSWORD, type PostgresServer, startPostgres } from '../../support/postgres.ts';

describe.runIf(havePostgres())('PostgreSQL backup', () => {
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper-backup-'));
  const bench = testBench();
  let server: PostgresServer;
  let database: DatabaseHandle;
  let session: Session;
  let folders = 0;
  const newFolder = (): string => {
    const folder = join(root, String(folders++));
    mkdirSync(folder);
    return folder;
  };
  const emptyDatabase = async (): Promise<DatabaseHandle> => {
    const name = `empty_${folders++}`;
    await session.execute(`CREATE DATABASE ${name}`);
    return handleOf(server.urlOf(name));
  };
  const printOf = async (handle: DatabaseHandle, scope?: Parameters<typeof fingerprint>[1]) => {
    const reader = await bench.connect(handle);
    try {
      return await fingerprint(reader, scope);
    } finally {
      await reader.close();
    }
  };
  beforeAll(async () => {
    server = await startPostgres();
    database = handleOf(server.url);
    session = await bench.connect(database);
    for (const sql of [
      'CREATE TABLE "a""b" (id int PRIMARY KEY, gone text, note text, moment timestamptz DEFAULT now(), x float8)',
      'ALTER TABLE "a""b" DROP COLUMN gone',
      `INSERT INTO "a""b" SELECT n, E'it''s; \\r\\n $$x$$ ' || n, now(), n / 3.0 FROM generate_series(1, 20000) AS n`,
      'CREATE SCHEMA "Shop"',
      'CREATE TABLE "Shop".orders (id int PRIMARY KEY, boat int REFERENCES "a""b" (id), data bytea, price money)',
      'INSERT INTO "Shop".orders SELECT n, n, sha256(n::text::bytea), n FROM generate_series(1, 500) AS n',
      "CREATE TYPE mood AS ENUM ('calm', 'rough')",
      'CREATE TABLE t (t text, mood mood) PARTITION BY LIST (mood)',
      "CREATE TABLE t_calm PARTITION OF t FOR VALUES IN ('calm')",
      "INSERT INTO t VALUES ('calm', 'calm'), ('calm', 'calm')",
      'CREATE UNLOGGED TABLE cache AS SELECT 1 AS one',
      'CREATE MATERIALIZED VIEW many AS SELECT count(*) AS n FROM "a""b"',
      'CREATE VIEW few AS SELECT 1 AS one',
      `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN PERFORM 1; RETURN 2; END; $f$`,
      'CREATE FUNCTION g(a int) RETURNS int LANGUAGE SQL BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 ELSE 3 END; SELECT 4; END',
      "COMMENT ON TABLE t IS 'it''s; a comment -- really'",
    ])
      await session.execute(sql);
  });
  afterAll(async () => {
    await session?.close();
    server?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it('is equal after it has been put back elsewhere', async () => {
    const folder = newFolder();
    const taken = await backup(bench, database, { kind: 'full' }, folder);
    expect(taken).toMatchObject({
      file: 'full.dump',
      method: expect.stringMatching(/^pg_dump -Fc \d+/),
      extras: ['roles.sql'],
    });
    expect(readFileSync(join(folder, 'roles.sql'), 'utf8')).not.toMatch(/SCRAM|PASSWORD/i);
    expect(statSync(join(folder, taken.file)).mode & 0o777).toBe(0o600);
    expect(taken.fingerprint.tables.map((one) => [one.table, one.rows])).toEqual([
      ['Shop.orders', 500],
      ['public.a"b', 20_000],
      ['public.cache', 1],
      ['public.t_calm', 2],
    ]);
    const copy = await emptyDatabase();
    await restore(bench, join(folder, taken.file), copy, { replace: false });
    expect(await printOf(copy)).toEqual(taken.fingerprint);
  });

  it('shows a snapshot: a writer during the backup changes nothing in it', async () => {
    const folder = newFolder();
    let writing = true;
    let writes = 0;
    const writer = await bench.connect(database);
    const work = (async () => {
      while (writing) {
        await writer.execute(
          `UPDATE "a""b" SET note = note || '.', moment = clock_timestamp() WHERE id = ${1 + (writes % 20_000)}`,
        );
        await writer.execute(`INSERT INTO "Shop".orders VALUES (${1_000 + writes}, 1)`);
        writes++;
      }
    })();
    const taken = await backup(bench, database, { kind: 'full' }, folder);
    writing = false;
    await work;
    await writer.close();
    expect(writes).toBeGreaterThan(5);
    const copy = await emptyDatabase();
    await restore(bench, join(folder, taken.file), copy, { replace: false });
    expect(await printOf(copy)).toEqual(taken.fingerprint);
    expect(await printOf(database)).not.toEqual(taken.fingerprint);
  });

  it('takes a schema, and single tables with the foreign keys that lead out left out', async () => {
    const schema = await backup(bench, database, { kind: 'schema' }, newFolder());
    expect(schema.fingerprint.tables.every((one) => one.rows === 0 && one.checksum === '')).toBe(true);
    const scope = { kind: 'tables', tables: ['Shop.orders', 'a"b'] } as const;
    const both = newFolder();
    expect((await backup(bench, database, scope, both)).extras).toEqual([]);
    const folder = newFolder();
    const alone = await backup(bench, database, { kind: 'tables', tables: ['Shop.orders'] }, folder);
    expect(alone.extras).toEqual(['tables.list']);
    const copy = await emptyDatabase();
    const inCopy = await bench.connect(copy);
    await inCopy.execute('CREATE SCHEMA "Shop"');
    await inCopy.close();
    await restore(bench, join(folder, alone.file), copy, { replace: true });
    expect(await printOf(copy, { kind: 'tables', tables: ['Shop.orders'] })).toEqual(alone.fingerprint);
    await expect(backup(bench, database, { kind: 'tables', tables: ['nothing'] }, newFolder())).rejects.toMatchObject({
      code: 'INPUT.INVALID',
    });
  });

  it('keeps the password out of argument lists and errors', async () => {
    const seen: string[] = [];
    const watching: Workbench = {
      ...bench,
      async start(call) {
        const started = await bench.start(call);
        for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
          try {
            seen.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
          } catch {}
        return started;
      },
    };
    await backup(watching, database, { kind: 'full' }, newFolder());
    expect(seen.some((line) => line.includes('--snapshot='))).toBe(true);
    const wrong = handleOf(server.urlOf('postgres', 'postgres', `${PASSWORD}!`));
    const error = await backup(bench, wrong, { kind: 'full' }, newFolder()).catch((one: LockkeeperError) => one);
    expect(error).toMatchObject({ code: 'DATABASE.AUTHENTICATION' });
    for (const text of [...seen, inspect(error, { depth: 9 })]) {
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain(encodeURIComponent(PASSWORD));
    }
  });

  it('removes the half file when pg_dump fails or the run is cancelled', async () => {
    const script = join(newFolder(), 'pg_dump');
    // Stands in for a pg_dump that dies halfway, which cannot be had on demand.
    writeFileSync(
      script,
      `#!/bin/sh\nif [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) ${server.major}.1"; else echo half; echo "bad ${PASSWORD}" >&2; exit 3; fi\n`,
    );
    chmodSync(script, 0o755);
    const failing = { ...bench, findProgram: async (name: string) => (name === 'pg_dump' ? script : undefined) };
    const folder = newFolder();
    const error = await backup(failing, database, { kind: 'full' }, folder).catch((one: LockkeeperError) => one);
    expect(error).toMatchObject({ code: 'BACKUP.FAILED', message: expect.not.stringContaining(PASSWORD) });
    expect(readdirSync(folder)).toEqual([]);

    const controller = new AbortController();
    const cancellable = testBench({ signal: controller.signal });
    const slow = {
      ...cancellable,
      start: async (call: Parameters<Workbench['start']>[0]) => {
        setTimeout(() => controller.abort(), 20);
        return await cancellable.start(call);
      },
    };
    const locker = await bench.connect(database);
    await locker.execute('BEGIN');
    await locker.execute('LOCK TABLE "a""b"');
    const cancelled = newFolder();
    await expect(backup(slow, database, { kind: 'full' }, cancelled)).rejects.toMatchObject({ code: 'RUN.CANCELLED' });
    expect(readdirSync(cancelled)).toEqual([]);
    await locker.close();
  });

  it('refuses an older pg_dump, naming both versions', async () => {
    const script = join(newFolder(), 'pg_dump');
    // Stands in for an older version that this machine cannot install: only what --version says decides.
    writeFileSync(script, '#!/bin/sh\necho "pg_dump (PostgreSQL) 11.22"\n');
    chmodSync(script, 0o755);
    const old = { ...bench, findProgram: async (name: string) => (name === 'pg_dump' ? script : undefined) };
    await expect(backup(old, database, { kind: 'full' }, newFolder())).rejects.toMatchObject({
      code: 'PROGRAM.TOO_OLD',
      message: expect.stringMatching(/version 11\.22, the server is \d+.*Install/),
    });
  });

  it('uses the pg_dump in WASM where none is installed, and that can be put back too', async () => {
    const without = { ...bench, findProgram: async () => undefined };
    const folder = newFolder();
    const taken = await backup(without, database, { kind: 'full' }, folder);
    expect(taken).toMatchObject({ file: 'full.sql', method: expect.stringContaining('WASM') });
    const copy = await emptyDatabase();
    await restore(without, join(folder, taken.file), copy, { replace: false });
    expect(await printOf(copy)).toEqual(taken.fingerprint);
    // Replacing works the same way, over what has grown there since.
    const grown = await bench.connect(copy);
    await grown.execute('CREATE TABLE later (id int)');
    await grown.execute('DELETE FROM "Shop".orders');
    await grown.close();
    await restore(without, join(folder, taken.file), copy, { replace: true });
    expect(await printOf(copy)).toEqual(taken.fingerprint);
  });

  it('refuses a large database where no pg_dump is installed', async () => {
    const without: Workbench = {
      ...bench,
      findProgram: async () => undefined,
      async connect(handle, options) {
        const real = await bench.connect(handle, options);
        const query: Session['query'] = async (sql, values) =>
          sql.includes('pg_database_size') ? [{ bytes: String(300 * 1024 * 1024) }] : await real.query(sql, values);
        return Object.assign(Object.create(real) as Session, {
          query,
          execute: (sql: string) => real.execute(sql),
          close: () => real.close(),
        });
      },
    };
    await expect(backup(without, database, { kind: 'full' }, newFolder())).rejects.toMatchObject({
      code: 'PROGRAM.MISSING',
      message: expect.stringContaining('Install'),
    });
  });
});
