import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/core/ports.ts';
import { fingerprint } from '../../../src/engines/postgres/fingerprint.ts';
import { handleOf, testBench } from '../../support/bench.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../../support/postgres.ts';

describe.runIf(havePostgres())('PostgreSQL fingerprint', () => {
  const bench = testBench();
  let server: PostgresServer;
  const open: Session[] = [];
  const databaseWith = async (...statements: string[]): Promise<Session> => {
    const name = `d${open.length}`;
    await open[0]?.execute(`CREATE DATABASE ${name}`);
    const session = await bench.connect(handleOf(server.urlOf(name)));
    open.push(session);
    for (const sql of statements) await session.execute(sql);
    return session;
  };
  const printOf = async (...statements: string[]) => await fingerprint(await databaseWith(...statements));
  beforeAll(async () => {
    server = await startPostgres();
    open.push(await bench.connect(handleOf(server.url)));
  });
  afterAll(async () => {
    for (const session of open) await session.close();
    server?.stop();
  });

  it('does not see order, physical layout, dropped columns or the settings of a session', async () => {
    const table = '(id int, x float8, moment timestamptz, span interval, data bytea, price money)';
    const rows = `SELECT n, n / 3.0, '2026-01-01 00:00+00'::timestamptz + n * interval '1 hour', n * interval '1 hour', sha256(n::text::bytea), n::numeric::money FROM generate_series(1, 100) AS n`;
    const plain = await printOf(`CREATE TABLE t ${table}`, `INSERT INTO t ${rows}`);
    const other = await databaseWith(
      'CREATE TABLE t (gone text, id int, x float8, moment timestamptz, gone2 int, span interval, data bytea, price money)',
      `INSERT INTO t (id, x, moment, span, data, price) SELECT * FROM (${rows}) s ORDER BY 1 DESC`,
      'ALTER TABLE t DROP COLUMN gone, DROP COLUMN gone2',
      'UPDATE t SET id = id',
      "SET DateStyle = 'German'",
      "SET TimeZone = 'Asia/Kathmandu'",
      "SET IntervalStyle = 'iso_8601'",
      "SET bytea_output = 'escape'",
      'SET extra_float_digits = -5',
    );
    expect(await fingerprint(other)).toEqual(plain);
    expect(await other.query('SHOW DateStyle')).toEqual([{ DateStyle: 'German, DMY' }]);
    expect(plain.tables).toMatchObject([{ table: 'public.t', rows: 100 }]);
  });

  it('sees one changed value, a swapped pair of values, one row less, one row twice, null instead of empty', async () => {
    const base = ['CREATE TABLE t (t text, u text)', "INSERT INTO t VALUES ('a', 'b'), ('c', ''), ('d', 'e')"];
    const prints = [
      await printOf(...base),
      await printOf(...base, "UPDATE t SET u = 'B' WHERE t = 'a'"),
      await printOf(...base, "UPDATE t SET u = CASE t WHEN 'a' THEN 'e' WHEN 'd' THEN 'b' ELSE u END"),
      await printOf(...base, "DELETE FROM t WHERE t = 'a'"),
      await printOf(...base, "INSERT INTO t VALUES ('a', 'b')"),
      await printOf(...base, "UPDATE t SET u = NULL WHERE t = 'c'"),
    ];
    expect(new Set(prints.map((print) => JSON.stringify(print.tables))).size).toBe(prints.length);
    expect(new Set(prints.map((print) => print.objects)).size).toBe(1);
  });

  it('counts an index, a constraint, a trigger, a routine and a type, and not what is temporary', async () => {
    const session = await databaseWith('CREATE TABLE t (id int)', 'CREATE TEMPORARY TABLE passing (id int)');
    let before = (await fingerprint(session)).objects;
    for (const [sql, more] of [
      ['CREATE INDEX ON t (id)', 1],
      ['ALTER TABLE t ADD CHECK (id > 0)', 1],
      ['ALTER TABLE t ALTER COLUMN id SET NOT NULL', 0],
      ["CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", 1],
      ['CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()', 1],
      ["CREATE TYPE mood AS ENUM ('calm')", 1],
      ['CREATE VIEW v AS SELECT 1', 1],
    ] as const) {
      await session.execute(sql);
      const after = (await fingerprint(session)).objects;
      expect([sql, after - before]).toEqual([sql, more]);
      before = after;
    }
    expect((await fingerprint(session)).tables.map((one) => one.table)).toEqual(['public.t']);
  });

  it('uses the transaction it finds and leaves it as it was, and refuses to count around row security', async () => {
    const session = await databaseWith('CREATE TABLE t (id int)');
    await session.execute('BEGIN');
    await session.execute('INSERT INTO t VALUES (1)');
    expect((await fingerprint(session)).tables[0]?.rows).toBe(1);
    await session.execute('COMMIT');
    expect(await session.query('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 1 }]);
    for (const sql of [
      'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
      'CREATE POLICY none ON t USING (false)',
      "CREATE ROLE guest LOGIN PASSWORD 'guest'",
      'GRANT SELECT ON t TO guest',
    ])
      await session.execute(sql);
    const database = String((await session.query('SELECT current_database() AS name'))[0]?.name);
    const guest = await bench.connect(handleOf(server.urlOf(database, 'guest', 'guest')));
    open.push(guest);
    await expect(fingerprint(guest)).rejects.toMatchObject({ code: 'DATABASE.PERMISSION' });
  });
});
