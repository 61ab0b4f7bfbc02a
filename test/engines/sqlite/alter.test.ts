import { expect, test } from 'vitest';
import { sqlForChanges } from '../../../src/engines/sqlite/alter.ts';
import { inspect } from '../../../src/engines/sqlite/inspect.ts';
import { roundTrip } from '../../support/round-trip.ts';
import { openSqlite } from '../../support/sqlite-reader.ts';

function subject() {
  let database = openSqlite();
  return {
    reader: {
      ...database.reader,
      query: (sql: string, values?: readonly unknown[]) => database.reader.query(sql, values),
    },
    exec: (sql: string) => database.exec(sql),
    reset() {
      database.close();
      database = openSqlite();
    },
    inspect,
    sqlForChanges,
  };
}

const BASE = `CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, total INT);
  CREATE INDEX orders_user ON orders (user_id);
  CREATE VIEW rich AS SELECT u.email FROM users u JOIN orders o ON o.user_id = u.id WHERE o.total > 5;
  CREATE VIEW richer AS SELECT * FROM rich;
  CREATE TRIGGER count_up AFTER INSERT ON orders BEGIN UPDATE users SET email = email WHERE id = new.user_id; END;
  CREATE TRIGGER through_view INSTEAD OF INSERT ON rich BEGIN INSERT INTO users (email) VALUES (new.email); END;`;

test.each([
  ['nothing', BASE, BASE],
  ['from empty', '', BASE],
  ['a column', BASE, BASE.replace('total INT', "total INT, note TEXT DEFAULT 'x'")],
  ['a column that refers', BASE, BASE.replace('total INT', 'total INT, by INTEGER REFERENCES users (id)')],
  ['a required column', BASE, BASE.replace('total INT', 'total INT, note TEXT NOT NULL')],
  ['a type', BASE, BASE.replace('total INT', 'total REAL')],
  ['a check', BASE, BASE.replace('total INT', 'total INT CHECK (total > 0)')],
  ['a collation', BASE, BASE.replace('NOT NULL UNIQUE', 'NOT NULL UNIQUE COLLATE NOCASE')],
  ['a foreign key action', BASE, BASE.replace('ON DELETE CASCADE', '')],
  ['strictness', BASE, BASE.replace('total INT)', 'total INT) STRICT')],
  ['without rowid', BASE, BASE.replace('total INT)', 'total INT) WITHOUT ROWID')],
  ['an index', BASE, BASE.replace('orders (user_id);', 'orders (user_id DESC, total) WHERE total > 1;')],
  ['a view under a view', BASE, BASE.replace('o.total > 5', 'o.total > 6')],
  ['a trigger', BASE, BASE.replace('AFTER INSERT ON orders', 'AFTER UPDATE ON orders')],
  ['a generated column', BASE, BASE.replace('total INT', 'total INT, twice INT AS (total * 2) STORED')],
  [
    'circles',
    '',
    'CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a)',
  ],
  [
    'odd names',
    'CREATE TABLE "a""b" ("x.y" INT, "p/q" INT)',
    'CREATE TABLE "a""b" ("x.y" TEXT, "👩‍🚀" INT); CREATE INDEX "i""" ON "a""b" ("x.y")',
  ],
  ['a search table', BASE, `${BASE} CREATE VIRTUAL TABLE search USING fts5(body);`],
])('%s goes there and back', async (_what, before, after) => {
  const { there, back } = await roundTrip(subject(), before, after);
  expect(there).toMatchObject({ outcome: 'exact', detail: '' });
  expect(back).toMatchObject({ outcome: 'exact', detail: '' });
  if (before === after) expect(there.statements).toEqual([]);
});

async function change(rows: string, after: string) {
  const old = openSqlite();
  old.exec('PRAGMA foreign_keys = ON');
  old.exec(BASE);
  old.exec(rows);
  const wanted = openSqlite();
  wanted.exec(after);
  const sql = sqlForChanges(await inspect(old.reader), await inspect(wanted.reader));
  return {
    database: old,
    sql,
    run: () => {
      for (const statement of sql.statements) old.exec(statement);
    },
  };
}

const ROWS = `INSERT INTO users VALUES (1, 'a'), (2, 'b'), (9, 'gone'); DELETE FROM users WHERE id = 9; INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20);`;

test('a rebuild keeps the rows, those that refer to them, and the numbers already given out', async () => {
  const { database, sql, run } = await change(
    ROWS,
    BASE.replace('email TEXT NOT NULL UNIQUE', 'email TEXT NOT NULL, age INT DEFAULT (1 + 1)'),
  );
  expect(sql.transaction).toBe(false);
  expect(sql.statements[0]).toBe('PRAGMA foreign_keys = OFF');
  run();
  expect(database.query('SELECT count(*) AS n FROM orders')).toEqual([{ n: 2 }]);
  expect(database.query('SELECT * FROM users')).toEqual([
    { id: 1, email: 'a', age: 2 },
    { id: 2, email: 'b', age: 2 },
  ]);
  database.exec("INSERT INTO users (email) VALUES ('new')");
  expect(database.query('SELECT max(id) AS id FROM users')).toEqual([{ id: 10 }]);
  expect(database.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
});

test('rows that would come to point nowhere stop the change; those that already did do not', async () => {
  const after = BASE.replace('total INT', 'total INT REFERENCES users (id)');
  const broken = await change(ROWS, after);
  expect(broken.run).toThrow('CHECK constraint failed');
  broken.database.exec('ROLLBACK');
  const known = await change(
    `PRAGMA foreign_keys = OFF; ${ROWS} UPDATE orders SET user_id = 77;`,
    BASE.replace('total INT', 'total REAL'),
  );
  expect(known.run).not.toThrow();
});

test('columns that SQLite can add and drop itself are not rebuilt', async () => {
  const { sql } = await change(ROWS, BASE.replace('total INT', 'total INT, note TEXT'));
  expect(sql.statements).toContain('ALTER TABLE "orders" ADD COLUMN "note" TEXT');
  expect(sql.statements.join()).not.toContain('lockkeeper_new');
  expect(sql.transaction).toBe(true);
});

test('a changed virtual table is said to be left out', async () => {
  const old = openSqlite();
  old.exec('CREATE VIRTUAL TABLE search USING fts5(body)');
  const wanted = openSqlite();
  wanted.exec('CREATE VIRTUAL TABLE search USING fts5(body, title)');
  const sql = sqlForChanges(await inspect(old.reader), await inspect(wanted.reader));
  expect(sql).toMatchObject({ complete: false, statements: [], leftOut: [expect.stringContaining('table:search')] });
});
