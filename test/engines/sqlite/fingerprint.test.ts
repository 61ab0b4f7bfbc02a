import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../../src/engines/sqlite/fingerprint.ts';
import { AWKWARD, fingerprintOf, makeDatabase, testFolder, testWorkbench, withSession } from '../../support/sqlite.ts';

async function checksumOf(values: string): Promise<string> {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, `CREATE TABLE t (a, b); INSERT INTO t VALUES ${values};`);
  return (await fingerprintOf(testWorkbench(), path)).tables[0]?.checksum ?? '';
}

describe('a checksum tells apart', () => {
  const different: Record<string, readonly string[]> = {
    'nothing, empty, zero and their spellings': [
      '(NULL, 1)',
      "('', 1)",
      "(x'', 1)",
      '(0, 1)',
      '(0.0, 1)',
      "('0', 1)",
      "('NULL', 1)",
    ],
    'integers beyond 2^53': ['(9007199254740993, 1)', '(9007199254740992, 1)', '(9007199254740992.0, 1)'],
    'floats in their last bit': ['(0.1, 1)', '(0.10000000000000002, 1)', "('0.1', 1)"],
    'where one value ends and the next begins': ["('ab', 'c')", "('a', 'bc')", "('a;', 'bc')"],
    'text and blob of the same bytes': ["('abc', 1)", "(x'616263', 1)"],
    'text after a zero byte': ["('a' || char(0) || 'b', 1)", "('a' || char(0) || 'c', 1)", "('a', 1)"],
    'texts that are not valid UTF-8': [
      "(CAST(x'ff' AS TEXT), 1)",
      "(CAST(x'fe' AS TEXT), 1)",
      '(char(0xfffd), 1)',
      "(x'ff', 1)",
    ],
    'which columns and how many rows': ['(1, 2)', '(2, 1)', '(1, 2), (1, 2)', '(1, 2), (1, 2), (1, 2)'],
  };
  for (const [name, values] of Object.entries(different))
    test(name, async () => {
      const checksums: string[] = [];
      for (const value of values) checksums.push(await checksumOf(value));
      expect(new Set(checksums).size).toBe(values.length);
    });
});

test('the order of rows in the file plays no part', async () => {
  expect(await checksumOf("(1, 'a'), (2, 'b'), (3, 'c')")).toBe(await checksumOf("(3, 'c'), (1, 'a'), (2, 'b')"));
});

test('is the same in WAL mode, after VACUUM and with other page and text encodings', async () => {
  const folder = testFolder();
  const bench = testWorkbench();
  makeDatabase(`${folder}/a.db`, AWKWARD);
  const first = await fingerprintOf(bench, `${folder}/a.db`);
  const database = new Database(`${folder}/a.db`);
  database.exec('VACUUM; ANALYZE');
  database.pragma('journal_mode = WAL');
  database.close();
  expect(await fingerprintOf(bench, `${folder}/a.db`)).toEqual(first);
  makeDatabase(`${folder}/b.db`, `PRAGMA encoding = 'UTF-16'; PRAGMA page_size = 512; ${AWKWARD}`);
  const plain = (print: typeof first) => print.tables.filter((table) => !table.table.startsWith('pages_'));
  expect(plain(await fingerprintOf(bench, `${folder}/b.db`))).toEqual(plain(first));
});

test('covers every kind of table, and the numbers AUTOINCREMENT has given out', async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, AWKWARD);
  const { tables, objects } = await fingerprintOf(testWorkbench(), path);
  const rows = Object.fromEntries(tables.map((table) => [table.table, table.rows]));
  expect(rows).toMatchObject({
    'a"b': 7,
    parent: 2,
    pairs: 2,
    pages: 2,
    pages_content: 2,
    _migrations: 1,
    sqlite_sequence: 1,
  });
  expect(objects).toBe(
    new Database(path, { readonly: true })
      .prepare("SELECT count(*) FROM sqlite_schema WHERE name <> 'sqlite_sequence'")
      .pluck()
      .get(),
  );
});

test('of some tables counts those; a name in other letters is the same table', async () => {
  const path = `${testFolder()}/a.db`;
  makeDatabase(path, AWKWARD);
  const some = await withSession(testWorkbench(), path, (session) =>
    fingerprint(session, { kind: 'tables', tables: ['PARENT'] }),
  );
  expect(some).toMatchObject({ objects: 2, tables: [{ table: 'parent', rows: 2 }] });
});

test('a virtual table whose module is not here is known by the tables it keeps its rows in', async () => {
  const path = `${testFolder()}/a.db`;
  const database = new Database(path);
  database.exec(AWKWARD);
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'USING fts5', 'USING nowhere') WHERE name = 'pages'`);
  database.close();
  const tables = (await fingerprintOf(testWorkbench(), path)).tables.map((table) => table.table);
  expect(tables).toContain('pages_content');
  expect(tables).not.toContain('pages');
});

test('inside a transaction it sees that transaction and leaves it open', async () => {
  const folder = testFolder();
  const bench = testWorkbench();
  const session = await bench.connect(makeDatabase(`${folder}/a.db`, 'CREATE TABLE t (a)'));
  await session.execute('BEGIN');
  await session.execute('INSERT INTO t VALUES (1)');
  expect((await fingerprint(session)).tables).toMatchObject([{ table: 't', rows: 1 }]);
  await session.execute('ROLLBACK');
  expect((await fingerprint(session)).tables).toMatchObject([{ table: 't', rows: 0 }]);
  await session.close();
});
