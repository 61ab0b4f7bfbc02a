import { readdirSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Session, SessionOptions } from '../../src/core/ports.ts';
import { handleOf, makeDatabase, manyRows, testFolder, testWorkbench } from '../support/sqlite.ts';

async function open(sql: string, options?: SessionOptions): Promise<{ session: Session; path: string }> {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, sql);
  return { session: await testWorkbench().connect(handleOf(path), options), path };
}

describe('opening', () => {
  test('makes no file unless told to, and then a private one', async () => {
    const folder = testFolder();
    const bench = testWorkbench();
    await expect(bench.connect(handleOf(`${folder}/a.db`))).rejects.toMatchObject({ code: 'DATABASE.MISSING' });
    expect(readdirSync(folder)).toEqual([]);
    await bench.connect(handleOf(`${folder}/a.db`), { create: true });
    expect(statSync(`${folder}/a.db`).mode & 0o777).toBe(0o600);
  });

  test('says what is no database', async () => {
    const path = `${testFolder()}/a.db`;
    writeFileSync(
      path,
      'just text, long enough to be a header of a database file, and then some more of it. '.repeat(20),
    );
    await expect(testWorkbench().connect(handleOf(path))).rejects.toMatchObject({
      code: 'DATABASE.UNREACHABLE',
      message: expect.stringMatching(/not a SQLite database/),
    });
    await expect(testWorkbench().connect(handleOf('/tmp'))).rejects.toMatchObject({ code: 'DATABASE.PERMISSION' });
    await expect(testWorkbench().connect(handleOf('/tmp/x '))).rejects.toMatchObject({ code: 'ENGINE.NOT_SUPPORTED' });
    await expect(testWorkbench().connect(testWorkbench().handle('sqlite::memory:'))).rejects.toMatchObject({
      code: 'ENGINE.NOT_SUPPORTED',
    });
  });

  test('behaves as the sqlite3 shell does, not as better-sqlite3 does', async () => {
    const { session } = await open(
      `PRAGMA journal_mode = WAL; CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p ON DELETE CASCADE);
       INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);`,
    );
    expect(await session.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 0 }]);
    expect(await session.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    await session.execute('BEGIN');
    await session.execute('DROP TABLE p');
    expect(await session.query('SELECT count(*) AS n FROM c')).toEqual([{ n: 1 }]);
  });
});

describe('executing', () => {
  test('runs one statement and counts its rows', async () => {
    const { session } = await open(manyRows(10));
    expect(await session.execute('DELETE FROM t WHERE id <= 3')).toEqual({ rows: 3 });
    expect(await session.execute('UPDATE t SET b = 0 WHERE id > 8 RETURNING id')).toEqual({ rows: 2 });
    expect(await session.execute('CREATE TABLE u (a)')).toEqual({ rows: 0 });
    expect(await session.execute('SELECT * FROM t')).toEqual({ rows: 0 });
    expect(await session.execute('-- nothing but words')).toEqual({ rows: 0 });
    await expect(session.execute('DELETE FROM t; DELETE FROM t')).rejects.toMatchObject({
      code: 'DATABASE.STATEMENT_FAILED',
      message: expect.stringMatching(/more than one statement/),
    });
    expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 7 }]);
  });

  test('a failed statement leaves the transaction before it, and says so', async () => {
    const { session } = await open(manyRows(3));
    await session.execute('BEGIN');
    await session.execute('DELETE FROM t WHERE id = 1');
    await expect(session.execute('INSERT INTO t (id) VALUES (2)')).rejects.toMatchObject({
      code: 'DATABASE.STATEMENT_FAILED',
      message: expect.stringMatching(/still stands.*⟪untrusted: UNIQUE constraint failed: t\.id⟫/),
    });
    await session.execute('COMMIT');
    expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 2 }]);
  });

  test('waits for a lock no longer than it should, and keeps this process awake', async () => {
    const { session, path } = await open('CREATE TABLE t (a)', { lockWaitMs: 300 });
    const other = new Database(path);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    let ticks = 0;
    const timer = setInterval(() => ticks++, 20);
    const start = Date.now();
    await expect(session.execute('INSERT INTO t VALUES (1)')).rejects.toMatchObject({ code: 'DATABASE.LOCK_TIMEOUT' });
    expect(Date.now() - start).toBeLessThan(2_000);
    expect(ticks).toBeGreaterThan(3);
    setTimeout(() => other.exec('COMMIT'), 100);
    expect(await session.execute('INSERT INTO t VALUES (1)')).toEqual({ rows: 1 });
    clearInterval(timer);
  });

  test('counts the statements that could have written', async () => {
    const { session } = await open('CREATE TABLE t (a)');
    const before = session.writingStatements ?? 0;
    await session.execute('BEGIN');
    await session.query('SELECT * FROM t');
    expect(session.writingStatements).toBe(before);
    await session.execute('DELETE FROM t WHERE a = 1');
    expect(session.writingStatements).toBe(before + 1);
  });
});

describe('streaming', () => {
  test('gives every row once, in batches, integers exact', async () => {
    const { session } = await open(manyRows(2_500));
    const sizes: number[] = [];
    let sum = 0n;
    for await (const batch of session.stream('SELECT id, a FROM t')) {
      sizes.push(batch.length);
      for (const [id] of batch) sum += id as bigint;
    }
    expect(sizes).toEqual([1_000, 1_000, 500]);
    expect(sum).toBe((2_500n * 2_501n) / 2n);
  });

  test('cuts batches of wide rows early', async () => {
    const { session } = await open('CREATE TABLE t (a)');
    const wide = `WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 10) SELECT zeroblob(600000) FROM c`;
    const sizes: number[] = [];
    for await (const batch of session.stream(wide)) sizes.push(batch.length);
    expect(sizes).toEqual([2, 2, 2, 2, 2]);
  });

  test('can be left early, fail, and be cancelled; the session goes on', async () => {
    const { session } = await open(manyRows(5_000));
    for await (const _batch of session.stream('SELECT * FROM t')) break;
    await expect(async () => {
      for await (const _batch of session.stream(
        'SELECT abs(CASE id WHEN 3000 THEN -9223372036854775807 - 1 ELSE id END) FROM t',
      ));
    }).rejects.toMatchObject({ code: 'DATABASE.STATEMENT_FAILED' });
    await expect(async () => {
      for await (const _batch of session.stream('SELECT * FROM t')) await session.cancel();
    }).rejects.toMatchObject({ code: 'RUN.CANCELLED' });
    expect(await session.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 5_000 }]);
  });
});

test('closing rolls back what was not committed, and can be done twice', async () => {
  const { session, path } = await open(manyRows(5));
  await session.execute('BEGIN');
  await session.execute('DELETE FROM t');
  await session.close();
  await session.close();
  expect(new Database(path).prepare('SELECT count(*) FROM t').pluck().get()).toBe(5);
});
