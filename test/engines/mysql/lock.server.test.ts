import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LockkeeperError } from '../../../src/core/errors.ts';
import type { Session, SessionOptions } from '../../../src/core/ports.ts';
import { lock } from '../../../src/engines/mysql/lock.ts';
import { openMysql } from '../../../src/io/database/mysql.ts';
import { Secret } from '../../../src/io/secret.ts';
import { handleOf, testBench } from '../../support/bench.ts';
import { haveMariadb, type MariadbServer, startMariadb } from '../../support/mariadb.ts';
import { freePort, PASSWORD } from '../../support/postgres.ts';

describe.runIf(haveMariadb())('MariaDB', () => {
  const bench = testBench();
  let server: MariadbServer;
  const open = (options: SessionOptions = {}, url = server.url): Promise<Session> =>
    openMysql({ url: Secret.of(url), root: '/' }, options);
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(async () => await server?.stop());

  it('has a migration lock per database that names who holds it and dies with its session', async () => {
    const database = handleOf(server.url);
    const first = await open();
    const second = await open();
    expect(first.engine).toBe('mariadb');
    const held = await lock(bench, first, database, 'run 1');
    expect(held.held).toBe(true);
    expect(await lock(bench, second, database, 'run 2')).toMatchObject({
      held: false,
      by: expect.stringMatching(/connection \d+ of .*root@127\.0\.0\.1/),
    });
    await first.execute(`CREATE DATABASE \`${'x'.repeat(60)}\``);
    const elsewhere = await open({}, server.urlOf('x'.repeat(60)));
    expect((await lock(bench, elsewhere, database, 'run 3')).held).toBe(true);
    await elsewhere.close();
    if (held.held) await held.release();
    expect((await lock(bench, second, database, 'run 4')).held).toBe(true);
    await second.close();
    await expect.poll(async () => (await lock(bench, first, database, 'run 5')).held).toBe(true);
    await first.close();
  });

  it('gives sessions that stream, are limited, cancelled, and kept from writing', async () => {
    const session = await open();
    await session.execute('CREATE TABLE t (id int PRIMARY KEY, big bigint, moment datetime)');
    expect(await session.execute("INSERT INTO t VALUES (1, 9007199254740993, '2026-01-02 03:04:05')")).toEqual({
      rows: 1,
    });
    expect(await session.query('SELECT * FROM t WHERE id = ?', [1])).toEqual([
      { id: 1, big: '9007199254740993', moment: '2026-01-02 03:04:05' },
    ]);
    let rows = 0;
    for await (const batch of session.stream('SELECT seq FROM seq_1_to_2500')) rows += batch.length;
    expect(rows).toBe(2_500);
    await expect(session.execute('DELETE FROM t; DROP TABLE t')).rejects.toMatchObject({
      code: 'DATABASE.STATEMENT_FAILED',
    });
    const sleeping = session.query('SELECT * FROM t WHERE SLEEP(30) = 0').then(
      () => 'not cancelled',
      (error: LockkeeperError) => error.code,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await session.cancel();
    expect(await sleeping).toBe('RUN.CANCELLED');
    const reader = await open({ readOnly: true, statementMs: 200 });
    for (const sql of ['DROP TABLE t', 'SELECT 1; DROP TABLE t']) await expect(reader.query(sql)).rejects.toThrow();
    await expect(reader.query('SELECT SLEEP(5) FROM t')).rejects.toMatchObject({ code: 'DATABASE.STATEMENT_TIMEOUT' });
    await reader.close();
    await session.close();
  });

  it('says what went wrong before it was open, without the password', async () => {
    const cases: [string, string][] = [
      [server.urlOf('app', 'root', `wrong-${PASSWORD}`), 'DATABASE.AUTHENTICATION'],
      [server.urlOf('missing'), 'DATABASE.MISSING'],
      [server.url.replace(String(server.port), String(await freePort())), 'DATABASE.UNREACHABLE'],
    ];
    for (const [url, code] of cases) {
      const error = await open({}, url).catch((one: LockkeeperError) => one);
      expect(error).toMatchObject({ code });
      expect(inspect(error, { depth: 9 })).not.toContain(PASSWORD);
    }
  });
});
