import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BackupScope } from '../../../src/core/action.ts';
import { backup } from '../../../src/engines/sqlite/backup.ts';
import { fingerprint } from '../../../src/engines/sqlite/fingerprint.ts';
import { restore } from '../../../src/engines/sqlite/restore.ts';
import { startChild } from '../../support/child.ts';
import {
  AWKWARD,
  fingerprintOf,
  handleOf,
  makeDatabase,
  manyRows,
  testFolder,
  testWorkbench,
  withSession,
} from '../../support/sqlite.ts';

const CHILD = new URL('../../support/sqlite-child.ts', import.meta.url);
const REPLACE = { replace: true };

async function backupOf(sql: string, scope: BackupScope = { kind: 'full' }) {
  const folder = testFolder();
  const bench = testWorkbench();
  const database = makeDatabase(`${folder}/a.db`, sql);
  mkdirSync(`${folder}/backup`);
  const taken = await backup(bench, database, scope, `${folder}/backup`);
  return { folder, bench, taken, file: `${folder}/backup/${taken.file}` };
}

describe('a full restore', () => {
  test('into a file that is not there makes it, private and equal', async () => {
    const { folder, bench, taken, file } = await backupOf(AWKWARD);
    await restore(bench, file, handleOf(`${folder}/new.db`), { replace: false });
    expect(await fingerprintOf(bench, `${folder}/new.db`)).toEqual(taken.fingerprint);
    expect(statSync(`${folder}/new.db`).mode & 0o777).toBe(0o600);
    const made = new Database(`${folder}/new.db`);
    expect(made.pragma('user_version', { simple: true })).toBe(7);
    expect(made.pragma('application_id', { simple: true })).toBe(99);
  });

  for (const mode of ['DELETE', 'WAL'])
    test(`over a populated database in ${mode} mode replaces all of it; who has it open sees the new rows`, async () => {
      const { folder, bench, taken, file } = await backupOf(AWKWARD);
      const path = `${folder}/target.db`;
      makeDatabase(path, `PRAGMA journal_mode = ${mode}; CREATE TABLE other (x); INSERT INTO other VALUES (1);`);
      const user = new Database(path);
      onTestFinished(() => void user.close());
      expect(user.prepare('SELECT count(*) FROM other').pluck().get()).toBe(1);
      const inode = statSync(path).ino;
      await restore(bench, file, handleOf(path), REPLACE);
      expect(await fingerprintOf(bench, path)).toEqual(taken.fingerprint);
      expect(statSync(path).ino).toBe(inode);
      expect(user.prepare('SELECT count(*) FROM parent').pluck().get()).toBe(2);
      expect(() => user.prepare('SELECT * FROM other')).toThrow(/no such table/);
      expect(user.pragma('journal_mode', { simple: true })).toBe(mode.toLowerCase());
    });

  test('into a WAL database of another page size', async () => {
    const { folder, bench, taken, file } = await backupOf(AWKWARD);
    const path = `${folder}/target.db`;
    makeDatabase(path, 'PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; CREATE TABLE other (x);');
    await restore(bench, file, handleOf(path), REPLACE);
    expect(await fingerprintOf(bench, path)).toEqual(taken.fingerprint);
  });

  test('refuses a populated database where nobody said to replace it', async () => {
    const { folder, bench, file } = await backupOf(AWKWARD);
    const database = makeDatabase(`${folder}/target.db`, 'CREATE TABLE other (x)');
    const before = readFileSync(`${folder}/target.db`);
    await expect(restore(bench, file, database, { replace: false })).rejects.toMatchObject({
      code: 'RESTORE.POPULATED',
    });
    expect(readFileSync(`${folder}/target.db`).equals(before)).toBe(true);
  });

  test('waits for another writer, then gives up without having changed anything', async () => {
    const { folder, file } = await backupOf(AWKWARD);
    const path = `${folder}/target.db`;
    makeDatabase(path, 'CREATE TABLE other (x); INSERT INTO other VALUES (1);');
    const writer = new Database(path);
    onTestFinished(() => void writer.close());
    writer.exec('BEGIN IMMEDIATE');
    const bench = testWorkbench();
    const connect = bench.connect;
    const impatient = {
      ...bench,
      connect: (database: Parameters<typeof connect>[0], options: Parameters<typeof connect>[1] = {}) =>
        connect(database, { ...options, lockWaitMs: 300 }),
    };
    await expect(restore(impatient, file, handleOf(path), REPLACE)).rejects.toMatchObject({
      code: 'DATABASE.LOCK_TIMEOUT',
      message: expect.stringMatching(/as it was before/),
    });
    setTimeout(() => writer.exec('ROLLBACK'), 300);
    await restore(bench, file, handleOf(path), REPLACE);
    expect((await fingerprintOf(bench, path)).tables.map((table) => table.table)).toContain('parent');
  });

  test('that is cancelled leaves the target as it was', async () => {
    const { folder, file } = await backupOf(manyRows(100_000));
    const stop = new AbortController();
    const bench = testWorkbench({
      signal: stop.signal,
      progress: (_m, fraction = 0) => fraction > 0.3 && stop.abort(),
    });
    const database = makeDatabase(`${folder}/target.db`, 'CREATE TABLE other (x)');
    const before = readFileSync(`${folder}/target.db`);
    await expect(restore(bench, file, database, REPLACE)).rejects.toMatchObject({ code: 'RUN.CANCELLED' });
    expect(readFileSync(`${folder}/target.db`).equals(before)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['a.db', 'backup', 'target.db']);
  });
});

describe('a restore that is killed in the middle', () => {
  for (const mode of ['DELETE', 'WAL'])
    test(`leaves a database in ${mode} mode as it was`, async () => {
      const { folder, bench, file } = await backupOf(manyRows(200_000));
      const path = `${folder}/target.db`;
      makeDatabase(path, `PRAGMA journal_mode = ${mode}; ${manyRows(50_000)} CREATE TABLE other (x);`);
      const before = await fingerprintOf(bench, path);
      const child = startChild(CHILD, ['restore', path, file, '0.6']);
      await child.hears('midway');
      await child.kill();
      // Something had been written already: a journal with the old pages, or frames in the log.
      const beside = statSync(`${path}${mode === 'WAL' ? '-wal' : '-journal'}`);
      expect(beside.size).toBeGreaterThan(0);
      const database = new Database(path);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      database.close();
      expect(await fingerprintOf(bench, path)).toEqual(before);
    });
});

describe('a damaged backup is refused and the target stays as it was', () => {
  const damages: Record<string, (file: string) => void> = {
    'cut off': (file) => truncateSync(file, 20_000),
    'cut off to nothing': (file) => truncateSync(file, 0),
    'with bits flipped in a page': (file) => {
      const bytes = readFileSync(file);
      for (let at = 4096; at < 8192; at++) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      writeFileSync(file, bytes);
    },
    'with its header gone': (file) =>
      writeFileSync(file, Buffer.concat([Buffer.alloc(100, 1), readFileSync(file).subarray(100)])),
    'that is another thing': (file) => writeFileSync(file, 'not a database at all'.repeat(1000)),
  };
  for (const [name, damage] of Object.entries(damages))
    test(name, async () => {
      const { folder, bench, file } = await backupOf(AWKWARD);
      const damaged = `${folder}/database.sqlite`;
      copyFileSync(file, damaged);
      damage(damaged);
      const target = makeDatabase(`${folder}/target.db`, 'CREATE TABLE other (x)');
      const before = readFileSync(`${folder}/target.db`);
      await expect(restore(bench, damaged, target, REPLACE)).rejects.toMatchObject({ code: 'BACKUP.DAMAGED' });
      expect(readFileSync(`${folder}/target.db`).equals(before)).toBe(true);
    });
});

describe('a restore of some tables', () => {
  const scope = { kind: 'tables', tables: ['a"b', 'parent', 'pairs', 'made', 'numbered', 'child'] } as const;

  test('puts them back and leaves the others alone', async () => {
    const { folder, bench, taken, file } = await backupOf(AWKWARD, scope);
    const path = `${folder}/a.db`;
    const user = new Database(path);
    user.exec(
      `DELETE FROM "a""b"; DROP TABLE pairs; UPDATE made SET n = 9; INSERT INTO _migrations VALUES ('0002', 'x')`,
    );
    user.close();
    await restore(bench, file, handleOf(path), REPLACE);
    const again = await withSession(bench, path, (session) => fingerprint(session, scope));
    expect(again).toEqual(taken.fingerprint);
    const now = await fingerprintOf(bench, path);
    expect(now.tables).toContainEqual(expect.objectContaining({ table: '_migrations', rows: 2 }));
    // The trigger came back after the rows and did not fire for them.
    expect(new Database(path).prepare('SELECT name FROM names ORDER BY 1').pluck().all()).toEqual(['one', 'two']);
  });

  test('into an empty database', async () => {
    const { folder, bench, taken, file } = await backupOf(AWKWARD, scope);
    await restore(bench, file, handleOf(`${folder}/new.db`), { replace: false });
    const made = await withSession(bench, `${folder}/new.db`, (session) => fingerprint(session, scope));
    expect(made).toEqual(taken.fingerprint);
  });

  test('refuses what would leave references to rows that are not there', async () => {
    const { folder, bench, file } = await backupOf(AWKWARD, { kind: 'tables', tables: ['parent'] });
    const path = `${folder}/a.db`;
    const user = new Database(path);
    user.exec(`INSERT INTO parent (id, name) VALUES (50, 'fifty'); INSERT INTO child VALUES (9, 50)`);
    user.close();
    const before = await fingerprintOf(bench, path);
    await expect(restore(bench, file, handleOf(path), REPLACE)).rejects.toMatchObject({ code: 'RESTORE.FAILED' });
    expect(await fingerprintOf(bench, path)).toEqual(before);
  });

  test('refuses a table that is there where nobody said to replace it', async () => {
    const { folder, bench, file } = await backupOf(AWKWARD, scope);
    await expect(restore(bench, file, handleOf(`${folder}/a.db`), { replace: false })).rejects.toMatchObject({
      code: 'RESTORE.POPULATED',
    });
  });
});

describe('a restore of a schema', () => {
  test('makes it, and goes in one transaction', async () => {
    const { folder, bench, taken, file } = await backupOf(AWKWARD, { kind: 'schema' });
    await restore(bench, file, handleOf(`${folder}/new.db`), { replace: false });
    const made = await withSession(bench, `${folder}/new.db`, (session) => fingerprint(session, { kind: 'schema' }));
    expect(made).toEqual(taken.fingerprint);
    await restore(bench, file, handleOf(`${folder}/a.db`), REPLACE);
    expect((await fingerprintOf(bench, `${folder}/a.db`)).tables.find((table) => table.table === 'parent')?.rows).toBe(
      0,
    );
  });

  test('refuses a script that is not whole', async () => {
    const { folder, bench, file } = await backupOf(AWKWARD, { kind: 'schema' });
    const script = readFileSync(file, 'utf8');
    const cut = `${folder}/schema.sql`;
    writeFileSync(cut, script.slice(0, script.indexOf('-- lockkeeper', 200)));
    await expect(restore(bench, cut, handleOf(`${folder}/new.db`), REPLACE)).rejects.toMatchObject({
      code: 'BACKUP.DAMAGED',
    });
    expect(readdirSync(folder)).not.toContain('new.db');
  });
});
