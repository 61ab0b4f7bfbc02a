import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shadow } from '../../../src/core/database-engine.ts';
import type { Workbench } from '../../../src/core/ports.ts';
import { backup } from '../../../src/engines/postgres/backup.ts';
import { fingerprint } from '../../../src/engines/postgres/fingerprint.ts';
import { restore } from '../../../src/engines/postgres/restore.ts';
import { shadow } from '../../../src/engines/postgres/shadow.ts';
import { handleFor } from '../../../src/io/handle.ts';
import { Secret } from '../../../src/io/secret.ts';
import { testBench } from '../../support/bench.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { testFolder } from '../../support/sqlite.ts';

const bench = testBench();
const mark = join('/tmp', `lockkeeper-escaped-${process.pid}`);

describe.runIf(havePostgres())('SQL in a shadow', () => {
  let made: Shadow;
  beforeAll(async () => {
    made = await shadow(bench, { rows: true, version: '15.0' });
  });
  afterAll(() => made.dispose());

  it.each([
    ['a program', `COPY (SELECT 1) TO PROGRAM 'touch ${mark}'`],
    ['a program, unseen', `DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch ${mark}'''; END $$`],
    ['a file', `COPY (SELECT 1) TO '${mark}'`],
    ['a large object as a file', `SELECT lo_export(lo_from_bytea(0, 'x'), '${mark}')`],
    ['reading a file', `SELECT pg_read_file('/etc/passwd')`],
    ['a library', `CREATE FUNCTION run(cstring) RETURNS int AS 'libc.so.6', 'system' LANGUAGE c`],
    ['LOAD', `LOAD '/tmp/any.so'`],
    ['another server', 'CREATE EXTENSION dblink'],
    ['the server itself', `ALTER SYSTEM SET archive_command = 'touch ${mark}'`],
    ['the role that may', 'GRANT pg_execute_server_program TO CURRENT_USER'],
    ['a superuser', 'CREATE ROLE another SUPERUSER'],
    ['becoming one', 'SET ROLE postgres'],
    ['becoming one for good', 'SET SESSION AUTHORIZATION postgres'],
    ['making itself one', 'ALTER ROLE CURRENT_USER SUPERUSER'],
  ])('does not reach out by %s', async (_what, sql) => {
    const session = await bench.connect(made.database);
    await expect(session.execute(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^DATABASE\./) });
    await session.close();
    expect(existsSync(mark)).toBe(false);
  });

  it('does what migrations do', async () => {
    const session = await bench.connect(made.database);
    for (const sql of [
      'CREATE EXTENSION pgcrypto',
      'CREATE SCHEMA app',
      'CREATE ROLE reader',
      'CREATE TABLE app.t (id int)',
      'GRANT SELECT ON app.t TO reader',
      'ALTER TABLE app.t OWNER TO CURRENT_USER',
      'CREATE PUBLICATION p FOR TABLE app.t',
      "COMMENT ON SCHEMA public IS 'x'",
    ])
      await session.execute(sql);
    await session.close();
  });
});

describe.runIf(havePostgres())('a backup in a shadow', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('comes back with what only a superuser makes, and runs nothing as one', async () => {
    const live = handleFor(Secret.of(server.url), '/');
    const session = await bench.connect(live);
    for (const sql of [
      'CREATE SCHEMA tools',
      'CREATE EXTENSION "uuid-ossp" SCHEMA tools',
      'CREATE EXTENSION pageinspect',
      'CREATE EXTENSION dblink',
      'CREATE TABLE t (id uuid DEFAULT tools.uuid_generate_v4(), n int)',
      'INSERT INTO t (n) SELECT generate_series(1, 50)',
      'CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$',
      'CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION note()',
      'CREATE PUBLICATION everything FOR ALL TABLES',
      // What a restore would run: the index is built anew.
      `CREATE FUNCTION f(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('application_name') <> 'live' THEN
          BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch ${mark}'''; EXCEPTION WHEN OTHERS THEN END;
        END IF; RETURN n; END $$`,
      "SET application_name = 'live'",
      'CREATE INDEX ON t (f(n))',
    ])
      await session.execute(sql);
    await session.close();
    const folder = testFolder();
    const taken = await backup(bench, live, { kind: 'full' }, folder);
    const made = await shadow(bench, { rows: true, version: '15.0' });
    try {
      await restore(bench, join(folder, taken.file), made.database, { replace: false });
      const restored = await bench.connect(made.database);
      expect(await fingerprint(restored)).toEqual(taken.fingerprint);
      expect(
        await restored.query(`SELECT (SELECT count(*)::int FROM pg_event_trigger) AS triggers,
          (SELECT count(*)::int FROM pg_publication) AS publications,
          (SELECT count(*)::int FROM pg_extension WHERE extname <> 'plpgsql') AS extensions`),
      ).toEqual([{ triggers: 1, publications: 1, extensions: 3 }]);
      await expect(restored.execute("SELECT public.dblink_connect('host=localhost')")).rejects.toMatchObject({
        code: 'DATABASE.PERMISSION',
      });
      await restored.close();
    } finally {
      await made.dispose();
    }
    expect(existsSync(mark)).toBe(false);
  });

  it('reaches no shell through psql where pg_restore is too old to turn its commands off', async () => {
    const live = handleFor(Secret.of(server.url), '/');
    const folder = testFolder();
    const session = await bench.connect(live);
    const before = await fingerprint(session);
    const taken = await backup(bench, live, { kind: 'full' }, folder);
    // An older pg_restore is played: its script has no \restrict, and a name brought a command into it.
    const older: Workbench = {
      ...bench,
      async run(call) {
        const result = await bench.run(call);
        const script = call.argv[call.argv.indexOf('-f') + 1] ?? '';
        if (script.endsWith('restore.sql') && call.argv[0].endsWith('pg_restore')) {
          const text = readFileSync(script, 'utf8').replace(/^\\(un)?restrict .*$/gm, '');
          writeFileSync(script, text.replace(/^CREATE TABLE/m, `\\! touch ${mark}\nCREATE TABLE`));
        }
        return result;
      },
    };
    await expect(restore(older, join(folder, taken.file), live, { replace: true })).rejects.toMatchObject({
      code: 'RESTORE.FAILED',
    });
    expect(existsSync(mark)).toBe(false);
    expect(await fingerprint(session)).toEqual(before);
    await session.close();
  });
});
