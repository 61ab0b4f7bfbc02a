import { expect, test } from 'vitest';
import type { Observation } from '../../../src/core/database-engine.ts';
import { observe } from '../../../src/engines/sqlite/observe.ts';
import { makeDatabase, testFolder, testWorkbench } from '../../support/sqlite.ts';

const START = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); CREATE TABLE u (x);
  INSERT INTO t VALUES (1, 'a', 'b'), (2, 'c', 'd'), (3, 'e', 'f'); INSERT INTO u VALUES (1);`;

/** What each statement was seen to do, all in one transaction. */
async function watch(statements: readonly string[], setup = START): Promise<readonly Observation[]> {
  const session = await testWorkbench().connect(makeDatabase(`${testFolder()}/a.db`, setup));
  await session.execute('BEGIN');
  const observer = await observe(session);
  const seen: Observation[] = [];
  for (const statement of statements) {
    await observer.before();
    await session.execute(statement);
    seen.push(await observer.after());
  }
  return seen;
}

test('reading locks nothing; writing locks the file, and until the commit readers too unless it is in WAL mode', async () => {
  const [read, write] = await watch(['SELECT * FROM t', "UPDATE t SET a = 'x' WHERE id < 3"]);
  expect(read).toEqual({ locks: [], rewrites: [], rowsRead: 0, rowsWritten: 0, blocks: 'nothing' });
  expect(write).toEqual({
    locks: [{ table: 'main', mode: 'EXCLUSIVE' }],
    rewrites: [],
    rowsRead: 0,
    rowsWritten: 2,
    blocks: 'reads-and-writes',
  });
  const [wal] = await watch(['DELETE FROM t'], `PRAGMA journal_mode = WAL; ${START}`);
  expect(wal).toMatchObject({ locks: [{ table: 'main', mode: 'RESERVED' }], rowsWritten: 3, blocks: 'writes' });
});

test('an UPDATE that finds nothing takes the lock all the same', async () => {
  const [none] = await watch(["UPDATE t SET a = 'x' WHERE id > 99"]);
  expect(none).toMatchObject({ rowsWritten: 0, blocks: 'reads-and-writes' });
});

test('ADD COLUMN and CREATE INDEX rewrite nothing; DROP COLUMN rewrites every row though the root page stays', async () => {
  const [add, index, drop] = await watch([
    "ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'z'",
    'CREATE INDEX t_a ON t (a)',
    'ALTER TABLE t DROP COLUMN b',
  ]);
  expect(add).toMatchObject({ rewrites: [], rowsWritten: 0 });
  expect(index).toMatchObject({ rewrites: [] });
  expect(drop).toMatchObject({ rewrites: ['t'], rowsWritten: 3 });
});

for (const setup of [START, `PRAGMA auto_vacuum = FULL; ${START}`])
  test(`a rebuild is seen when the table is back under its name${setup === START ? '' : ' (auto_vacuum)'}`, async () => {
    const seen = await watch(
      [
        'CREATE TABLE t_new (id INTEGER PRIMARY KEY, a TEXT NOT NULL)',
        'INSERT INTO t_new SELECT id, a FROM t',
        'DROP TABLE t',
        'ALTER TABLE t_new RENAME TO t',
      ],
      setup,
    );
    expect(seen.map((one) => one.rewrites)).toEqual([[], [], [], ['t']]);
    expect(seen.map((one) => one.rowsWritten)).toEqual([0, 3, 0, 0]);
  });

test('a plain rename and a dropped neighbour rewrite nothing', async () => {
  const seen = await watch(['ALTER TABLE t RENAME TO v', 'DROP TABLE u'], `PRAGMA auto_vacuum = FULL; ${START}`);
  expect(seen.map((one) => one.rewrites)).toEqual([[], []]);
});
