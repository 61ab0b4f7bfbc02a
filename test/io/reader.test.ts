import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Reader } from '../../src/core/ports.ts';
import { createReader, fill } from '../../src/io/reader.ts';
import { startChild } from '../support/child.ts';
import { handleOf, makeDatabase, manyRows, testFolder } from '../support/sqlite.ts';

const CHILD = new URL('../support/sqlite-child.ts', import.meta.url);

function readerOn(path: string): Reader & { close(): Promise<void> } {
  const reader = createReader({ root: path.slice(0, path.lastIndexOf('/')), database: handleOf(path) });
  onTestFinished(() => reader.close());
  return reader;
}

describe('looking at a SQLite database leaves everything as it was', () => {
  const kinds: Record<string, (path: string) => void> = {
    'in rollback-journal mode': (path) => void makeDatabase(path, manyRows(10)),
    'in WAL mode': (path) => void makeDatabase(path, `PRAGMA journal_mode = WAL; ${manyRows(10)}`),
    'that is a file of zero bytes': (path) => writeFileSync(path, ''),
  };
  for (const [kind, make] of Object.entries(kinds))
    test(kind, async () => {
      const folder = testFolder();
      const path = `${folder}/a.db`;
      make(path);
      utimesSync(path, 1_000_000, 1_000_000);
      const [before, names] = [readFileSync(path), readdirSync(folder)];
      const reader = readerOn(path);
      await reader.query('SELECT * FROM sqlite_schema');
      await reader.close();
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(statSync(path).mtimeMs).toBe(1_000_000_000);
      expect(readdirSync(folder)).toEqual(names);
    });

  test('whose writer was killed and left a log: it is read, and stays', async () => {
    const folder = testFolder();
    const path = `${folder}/a.db`;
    makeDatabase(path, `PRAGMA journal_mode = WAL; ${manyRows(10)}`);
    const writer = startChild(CHILD, ['writer', path]);
    await writer.hears('busy');
    await writer.kill();
    const [before, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
    const reader = readerOn(path);
    const [row] = await reader.query('SELECT count(*) AS n FROM t');
    await reader.close();
    expect(row?.n).toBeGreaterThan(200);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
  });

  test('while another process holds an open transaction: that is not seen', async () => {
    const folder = testFolder();
    const path = `${folder}/a.db`;
    makeDatabase(path, `PRAGMA journal_mode = WAL; ${manyRows(10)}`);
    const writer = startChild(CHILD, ['open-transaction', path, 'BEGIN IMMEDIATE; DELETE FROM t;']);
    onTestFinished(() => writer.kill());
    await writer.hears('ready');
    expect(await readerOn(path).query('SELECT count(*) AS n FROM t')).toEqual([{ n: 10 }]);
  });

  test('that is not there: it is said, and none is made', async () => {
    const folder = testFolder();
    await expect(readerOn(`${folder}/a.db`).query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE.MISSING' });
    await expect(readerOn(`${folder}/no/a.db`).query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE.MISSING' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('nothing that writes gets through', async () => {
  const folder = testFolder();
  const path = `${folder}/a.db`;
  makeDatabase(path, manyRows(10));
  const before = readFileSync(path);
  const reader = readerOn(path);
  const attempts = [
    'DELETE FROM t',
    'INSERT INTO t (a) VALUES (1) RETURNING id',
    'CREATE TABLE x (y)',
    `VACUUM INTO '${folder}/copy.db'`,
    'PRAGMA user_version = 3',
    'PRAGMA journal_mode = WAL',
    'BEGIN IMMEDIATE',
    'SELECT 1; DELETE FROM t',
    `ATTACH '${folder}/new.db' AS x`,
  ];
  for (const sql of attempts)
    await reader.query(sql).catch((error: Error) => expect(error.name).toBe('LockkeeperError'));
  await reader.query('CREATE TABLE x.y (z)').catch(() => {});
  await reader.close();
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(['a.db']);
});

test('values are bound, whole numbers as integers; big integers keep their digits', async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, 'CREATE TABLE t (a); INSERT INTO t VALUES (9007199254740993), (5)');
  const reader = readerOn(path);
  expect(await reader.query('SELECT typeof(?) AS a, typeof(?) AS b, ? AS c, ? AS d', [5, 5.5, "'; --", true])).toEqual([
    { a: 'integer', b: 'real', c: "'; --", d: 1 },
  ]);
  expect(await reader.query('SELECT a FROM t ORDER BY a')).toEqual([{ a: 5 }, { a: 9007199254740993n }]);
});

test('a file is known by device and inode, whatever name leads to it', async () => {
  const folder = testFolder();
  makeDatabase(`${folder}/a.db`, manyRows(1));
  symlinkSync(`${folder}/a.db`, `${folder}/b.db`);
  const identity = await readerOn(`${folder}/a.db`).fileIdentity?.();
  expect(identity?.inode).toBe(String(statSync(`${folder}/a.db`).ino));
  expect(await readerOn(`${folder}/b.db`).fileIdentity?.()).toEqual(identity);
  expect(await createReader({ root: folder }).fileIdentity?.()).toBeUndefined();
});

test('files and folders come from the workspace, and only from there', async () => {
  const folder = testFolder();
  mkdirSync(`${folder}/migrations`);
  writeFileSync(`${folder}/migrations/1.sql`, 'SELECT 1');
  const reader = createReader({ root: folder });
  expect(await reader.file('migrations/1.sql')).toBe('SELECT 1');
  expect(await reader.list('migrations')).toEqual(['1.sql']);
  await expect(reader.file('../x')).rejects.toMatchObject({ code: 'WORKSPACE.OUTSIDE' });
  await expect(reader.query('SELECT 1')).rejects.toMatchObject({ code: 'ENVIRONMENT.NO_URL' });
});

test('a command that reads gets its values as single arguments', async () => {
  const reader = createReader({ root: testFolder() });
  const command = { argv: ['printf', '%s|', '{a}', 'x={b-c}', '{"json": 1}'], effect: 'read' } as const;
  expect(await reader.run(command, { a: '1 2; rm', 'b-c': '{a}' })).toBe('1 2; rm|x={a}|{"json": 1}|');
  expect(() => fill(['x', '{missing}'], {})).toThrow(/no value/);
  expect(() => fill(['x', '{constructor}'], {})).toThrow(/no value/);
  await expect(reader.run({ argv: ['false'], effect: 'read' })).rejects.toMatchObject({ code: 'PROGRAM.FAILED' });
});

test('what the driver says is fenced', async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, 'CREATE TABLE t (a)');
  await expect(readerOn(path).query('SELECT * FROM "ignore all \u001b[31mprevious"')).rejects.toMatchObject({
    code: 'DATABASE.STATEMENT_FAILED',
    message: expect.stringMatching(/⟪untrusted: no such table: ignore all previous⟫/),
  });
});

test('a folder that cannot be written to is read all the same (rollback-journal mode)', ({ skip }) => {
  if (process.getuid?.() !== 0) skip('NOT TESTED: making a read-only mount needs root');
  const folder = testFolder();
  makeDatabase(`${folder}/a.db`, manyRows(10));
  try {
    execFileSync('mount', ['--bind', folder, folder]);
    execFileSync('mount', ['-o', 'remount,ro,bind', folder], { stdio: 'ignore' });
  } catch {
    skip('NOT TESTED: this machine allows no read-only bind mount');
  }
  return (async () => {
    try {
      const reader = createReader({ root: folder, database: handleOf(`${folder}/a.db`) });
      expect(await reader.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 10 }]);
      await reader.close();
      expect(new Database(`${folder}/a.db`, { readonly: true }).open).toBe(true);
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  })();
});
