import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { LockResult } from '../../../src/core/database-engine.ts';
import type { Workbench } from '../../../src/core/ports.ts';
import { lock } from '../../../src/engines/sqlite/lock.ts';
import { type Child, startChild } from '../../support/child.ts';
import { handleOf, makeDatabase, testFolder, testWorkbench } from '../../support/sqlite.ts';

const CHILD = new URL('../../support/sqlite-child.ts', import.meta.url);

async function take(bench: Workbench, path: string, holder = 'me'): Promise<LockResult> {
  const session = await bench.connect(handleOf(path));
  return await lock(bench, session, handleOf(path), holder);
}

function other(path: string, holder: string): Child {
  const child = startChild(CHILD, ['lock', path, holder]);
  onTestFinished(() => child.kill());
  return child;
}

for (const mode of ['DELETE', 'WAL'])
  test(`one process gets it and the next is told who has it (${mode})`, async () => {
    const path = `${testFolder()}/a.db`;
    makeDatabase(path, `PRAGMA journal_mode = ${mode}; CREATE TABLE t (a)`);
    const bench = testWorkbench();
    const holder = other(path, 'lockkeeper run_1, process 4711');
    expect(await holder.hears('ready')).toBe('held');
    expect(await take(bench, path)).toEqual({ held: false, by: 'lockkeeper run_1, process 4711' });
    const user = new Database(path, { timeout: 0 });
    user.exec('INSERT INTO t VALUES (1)');
    user.close();
    holder.process.stdin?.write('release\n');
    await holder.ended;
    expect(readdirSync(path.replace('/a.db', '')).filter((name) => name.includes('lock'))).toEqual([]);
    const mine = await take(bench, path);
    expect(mine.held).toBe(true);
    if (mine.held) await mine.release();
  });

test('goes with kill -9 of its holder', async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, 'CREATE TABLE t (a)');
  const bench = testWorkbench();
  const holder = other(path, 'the dead');
  await holder.hears('ready');
  expect((await take(bench, path)).held).toBe(false);
  await holder.kill();
  const mine = await take(bench, path, 'the living');
  expect(mine.held).toBe(true);
  const late = other(path, 'the late');
  expect(await late.hears('ready')).toBe('the living');
  if (mine.held) await mine.release();
});

test('twice in one process: the second is told', async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, 'CREATE TABLE t (a)');
  const bench = testWorkbench();
  const first = await take(bench, path, 'first');
  expect(await take(bench, path, 'second')).toEqual({ held: false, by: 'first' });
  // Asking did not loosen it.
  expect(await take(bench, path, 'third')).toEqual({ held: false, by: 'first' });
  if (first.held) await first.release();
  expect((await take(bench, path)).held).toBe(true);
});

test('two names of one file share one lock', async () => {
  const folder = testFolder();
  makeDatabase(`${folder}/a.db`, 'CREATE TABLE t (a)');
  symlinkSync(`${folder}/a.db`, `${folder}/b.db`);
  const bench = testWorkbench();
  expect((await take(bench, `${folder}/a.db`, 'one')).held).toBe(true);
  expect(await take(bench, `${folder}/b.db`)).toEqual({ held: false, by: 'one' });
});

test('many at once: never two at a time, and each gets its turn', async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, 'CREATE TABLE t (a)');
  const bench = testWorkbench();
  const entry = new URL('../../support/sqlite-lock-contender.ts', import.meta.url);
  const log = `${path}.log`;
  writeFileSync(log, '');
  const children = Array.from({ length: 5 }, (_, i) => startChild(entry, [path, log, `c${i}`, '8']));
  await Promise.all(children.map((child) => child.ended));
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(5 * 8 * 2);
  for (let at = 0; at < lines.length; at += 2) {
    const [who, what] = (lines[at] ?? '').split(' ');
    expect([what, lines[at + 1]]).toEqual(['in', `${who} out`]);
  }
  expect((await take(bench, path)).held).toBe(true);
});

test("a holder's name cannot reach the terminal raw", async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, 'CREATE TABLE t (a)');
  const bench = testWorkbench();
  await take(bench, path, 'evil\u001b[31m\nname');
  expect(await take(bench, path)).toEqual({ held: false, by: 'evil name' });
});
