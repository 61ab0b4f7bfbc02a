import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { backup } from '../../../src/engines/sqlite/backup.ts';
import { startChild } from '../../support/child.ts';
import {
  AWKWARD,
  fingerprintOf,
  handleOf,
  makeDatabase,
  manyRows,
  testFolder,
  testWorkbench,
} from '../../support/sqlite.ts';

const CHILD = new URL('../../support/sqlite-child.ts', import.meta.url);

function newFolder(under: string): string {
  const folder = `${under}/backup`;
  mkdirSync(folder);
  return folder;
}

describe('a full backup', () => {
  test('is one private file with the same rows, and leaves the source byte for byte as it was', async () => {
    const folder = testFolder();
    const bench = testWorkbench();
    const database = makeDatabase(`${folder}/a.db`, AWKWARD);
    const before = readFileSync(`${folder}/a.db`);
    const taken = await backup(bench, database, { kind: 'full' }, newFolder(folder));
    expect(readdirSync(`${folder}/backup`)).toEqual(['database.sqlite']);
    expect(statSync(`${folder}/backup/database.sqlite`).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${folder}/a.db`).equals(before)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['a.db', 'backup']);
    expect(await fingerprintOf(bench, `${folder}/backup/database.sqlite`)).toEqual(taken.fingerprint);
    expect(taken.fingerprint.tables.map((table) => [table.table, table.rows])).toContainEqual(['_migrations', 1]);
    expect(taken.method).toMatch(/^online backup, SQLite 3\./);
  });

  test('holds the moment of its fingerprint while another process goes on writing (WAL)', async () => {
    const folder = testFolder();
    const bench = testWorkbench();
    const database = makeDatabase(`${folder}/a.db`, `PRAGMA journal_mode = WAL; ${manyRows(50_000)}`);
    const writer = startChild(CHILD, ['writer', `${folder}/a.db`]);
    onTestFinished(() => writer.kill());
    await writer.hears('busy');
    const taken = await backup(bench, database, { kind: 'full' }, newFolder(folder));
    const copied = await fingerprintOf(bench, `${folder}/backup/database.sqlite`);
    const now = await fingerprintOf(bench, `${folder}/a.db`);
    expect(copied).toEqual(taken.fingerprint);
    expect(now.tables[0]?.rows).toBeGreaterThan(taken.fingerprint.tables[0]?.rows ?? 0);
    expect(readdirSync(`${folder}/backup`)).toEqual(['database.sqlite']);
  });

  test('does not hold what another process has not committed', async () => {
    const folder = testFolder();
    const bench = testWorkbench();
    const database = makeDatabase(`${folder}/a.db`, `PRAGMA journal_mode = WAL; ${manyRows(10)}`);
    const writer = startChild(CHILD, ['open-transaction', `${folder}/a.db`, 'BEGIN; DELETE FROM t;']);
    onTestFinished(() => writer.kill());
    await writer.hears('ready');
    const taken = await backup(bench, database, { kind: 'full' }, newFolder(folder));
    expect(taken.fingerprint.tables).toMatchObject([{ table: 't', rows: 10 }]);
  });

  test('of a database that is being written to in rollback-journal mode waits, and is whole', async () => {
    const folder = testFolder();
    const bench = testWorkbench();
    const database = makeDatabase(`${folder}/a.db`, manyRows(20_000));
    const writer = startChild(CHILD, ['writer', `${folder}/a.db`]);
    onTestFinished(() => writer.kill());
    await writer.hears('busy');
    const taken = await backup(bench, database, { kind: 'full' }, newFolder(folder));
    expect(await fingerprintOf(bench, `${folder}/backup/database.sqlite`)).toEqual(taken.fingerprint);
  });

  test('of an empty database is not an empty file', async () => {
    const folder = testFolder();
    writeFileSync(`${folder}/a.db`, '');
    const taken = await backup(testWorkbench(), handleOf(`${folder}/a.db`), { kind: 'full' }, newFolder(folder));
    expect(taken.fingerprint).toEqual({ objects: 0, tables: [] });
    expect(statSync(`${folder}/backup/database.sqlite`).size).toBeGreaterThan(0);
    expect(statSync(`${folder}/a.db`).size).toBe(0);
  });

  test('that is killed in the middle leaves no file with the name of a backup, and the source as it was', async () => {
    const folder = testFolder();
    const database = `${folder}/a.db`;
    makeDatabase(database, manyRows(200_000));
    const before = readFileSync(database);
    const child = startChild(CHILD, ['backup', database, newFolder(folder), '0.3']);
    await child.hears('midway');
    await child.kill();
    expect(existsSync(`${folder}/backup/database.sqlite`)).toBe(false);
    expect(readdirSync(`${folder}/backup`)).toContain('database.sqlite.partial');
    expect(readFileSync(database).equals(before)).toBe(true);
    expect(new Database(database).pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test('that is cancelled leaves nothing', async () => {
    const folder = testFolder();
    const stop = new AbortController();
    const bench = testWorkbench({
      signal: stop.signal,
      progress: (_message, fraction = 0) => fraction > 0.2 && stop.abort(),
    });
    const database = makeDatabase(`${folder}/a.db`, manyRows(200_000));
    await expect(backup(bench, database, { kind: 'full' }, newFolder(folder))).rejects.toMatchObject({
      code: 'RUN.CANCELLED',
    });
    expect(readdirSync(`${folder}/backup`)).toEqual([]);
  });

  test('onto a full disk says so and leaves nothing', async ({ skip }) => {
    const folder = testFolder();
    const small = newFolder(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small], { stdio: 'ignore' });
    } catch {
      skip('NOT TESTED: a full disk needs the right to mount a small one');
    }
    try {
      const database = makeDatabase(`${folder}/a.db`, manyRows(100_000));
      await expect(backup(testWorkbench(), database, { kind: 'full' }, small)).rejects.toMatchObject({
        code: 'DISK.FULL',
        message: expect.stringMatching(/half-written copy was removed/),
      });
      expect(readdirSync(small)).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });

  test('into a folder that is not there names it', async () => {
    const folder = testFolder();
    const database = makeDatabase(`${folder}/a.db`, manyRows(10));
    // Under a file nothing can be made, whoever asks; permissions do not bind root.
    await expect(backup(testWorkbench(), database, { kind: 'full' }, `${folder}/a.db/x`)).rejects.toMatchObject({
      code: 'WORKSPACE.UNREADABLE',
    });
  });
});

describe('a backup of some tables', () => {
  test('holds them with their indexes and triggers, and nothing of the rest', async () => {
    const folder = testFolder();
    const bench = testWorkbench();
    const database = makeDatabase(`${folder}/a.db`, AWKWARD);
    const scope = { kind: 'tables', tables: ['a"b', 'Child'] } as const;
    const taken = await backup(bench, database, scope, newFolder(folder));
    expect(taken.file).toBe('tables.sqlite');
    expect(taken.fingerprint.tables.map((table) => [table.table, table.rows])).toEqual([
      ['a"b', 7],
      ['child', 2],
    ]);
    const made = new Database(`${folder}/backup/tables.sqlite`, { readonly: true });
    expect(
      made.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY 1").pluck().all(),
    ).toEqual(['a"b', 'child', 'child_parent', 'watch']);
    expect(readFileSync(`${folder}/backup/tables.sqlite`).includes('water level')).toBe(false);
  });

  test('refuses a name that is not there', async () => {
    const folder = testFolder();
    const database = makeDatabase(`${folder}/a.db`, AWKWARD);
    const taking = backup(testWorkbench(), database, { kind: 'tables', tables: ['nobody'] }, newFolder(folder));
    await expect(taking).rejects.toMatchObject({ code: 'INPUT.INVALID' });
    expect(readdirSync(`${folder}/backup`)).toEqual([]);
  });
});

test('a backup of the schema holds statements and no rows', async () => {
  const folder = testFolder();
  const database = makeDatabase(`${folder}/a.db`, AWKWARD);
  const taken = await backup(testWorkbench(), database, { kind: 'schema' }, newFolder(folder));
  const script = readFileSync(`${folder}/backup/schema.sql`, 'utf8');
  expect(script).toContain('CREATE TRIGGER watch');
  expect(script).not.toContain('pages_data');
  expect(script).not.toContain('Sluice');
  expect(taken.fingerprint.tables.every((table) => table.rows === 0 && table.checksum === '')).toBe(true);
});
