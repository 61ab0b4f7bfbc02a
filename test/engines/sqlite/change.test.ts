import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseChangeRequest } from '../../../src/core/change-request.ts';
import { sqlForChange } from '../../../src/engines/sqlite/change.ts';
import { inspect } from '../../../src/engines/sqlite/inspect.ts';
import { openSqlite } from '../../support/sqlite-reader.ts';

let database: ReturnType<typeof openSqlite>;
beforeEach(() => {
  database = openSqlite();
  database.exec(`PRAGMA foreign_keys = ON;
    CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL DEFAULT '', email TEXT UNIQUE);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INT, total INT DEFAULT 1, by INT REFERENCES users (id) ON DELETE CASCADE);
    CREATE INDEX orders_total ON orders (total);
    INSERT INTO users (name, email) VALUES ('ann', 'a@x'), ('bob', 'b@x'); INSERT INTO orders VALUES (1, 1, 5, 1);`);
});
afterEach(() => database.close());
const apply = (statements: readonly string[]) => {
  for (const statement of statements) database.exec(statement);
};
const change = async (request: Record<string, unknown>) =>
  sqlForChange(parseChangeRequest(request), await inspect(database.reader));

test.each([
  [
    {
      kind: 'create-table',
      table: 'odd "name"',
      columns: [{ column: 'a"b', type: 'VARCHAR(10)', nullable: false, default: '1 + 1' }],
      primaryKey: ['a"b'],
    },
  ],
  [{ kind: 'drop-table', table: 'orders' }],
  [{ kind: 'rename-table', table: 'orders', to: 'Purchases' }],
  [{ kind: 'add-column', table: 'users', column: 'age', type: 'int', default: 0, nullable: false }],
  [{ kind: 'add-column', table: 'users', column: 'age', type: 'int', nullable: false }],
  [{ kind: 'add-column', table: 'users', column: 'made', type: 'text', default: 'current_timestamp', nullable: false }],
  [{ kind: 'drop-column', table: 'orders', column: 'total' }],
  [{ kind: 'drop-column', table: 'users', column: 'email' }],
  [{ kind: 'rename-column', table: 'users', column: 'name', to: 'full"name' }],
  [{ kind: 'change-type', table: 'orders', column: 'total', type: 'REAL' }],
  [{ kind: 'set-not-null', table: 'users', column: 'email' }],
  [{ kind: 'add-index', table: 'orders', columns: ['user_id', 'total'], unique: true, where: 'total > 0' }],
  [{ kind: 'drop-index', table: 'orders', name: 'orders_total' }],
  [
    {
      kind: 'add-foreign-key',
      table: 'orders',
      columns: ['user_id'],
      references: { table: 'users', columns: ['id'] },
      onDelete: 'cascade',
    },
  ],
  [{ kind: 'add-check', table: 'orders', expression: 'total > 0 OR total IS NULL', name: 'sane' }],
  [{ kind: 'add-unique', table: 'orders', columns: ['user_id'] }],
])('up and down of %j lead back to the same schema, and no row of another table is lost', async (request) => {
  const before = await inspect(database.reader);
  const sql = await change(request);
  apply(sql.up);
  expect((await inspect(database.reader)).digest).not.toBe(before.digest);
  apply(sql.down);
  expect((await inspect(database.reader)).objects).toEqual(before.objects);
  expect(database.query('SELECT count(*) AS n FROM users')).toEqual([{ n: 2 }]);
  if (request.kind !== 'drop-table') expect(database.query('SELECT count(*) AS n FROM orders')).toEqual([{ n: 1 }]);
  expect({ request, ...sql }).toMatchSnapshot();
});

test('old and new code survive a rename at once, and the contract half ends it', async () => {
  const sql = await change({ kind: 'rename-column', table: 'users', column: 'name', to: 'full_name' });
  apply(sql.up);
  database.exec("INSERT INTO users (name) VALUES ('old'); INSERT INTO users (full_name) VALUES ('new')");
  database.exec(
    "UPDATE users SET full_name = 'nova' WHERE full_name = 'new'; UPDATE users SET name = 'older' WHERE name = 'old'",
  );
  database.exec(String(sql.deploys?.find((deploy) => deploy.step === 'backfill')?.batch));
  expect(database.query('SELECT name, full_name FROM users ORDER BY id')).toEqual(
    ['ann', 'bob', 'older', 'nova'].map((name) => ({ name, full_name: name })),
  );
  apply(sql.deploys?.find((deploy) => deploy.step === 'contract')?.sql?.up ?? []);
  expect(database.query('SELECT full_name FROM users ORDER BY id').map((row) => row.full_name)).toEqual([
    'ann',
    'bob',
    'older',
    'nova',
  ]);
});

test.each([
  'int; DROP TABLE users',
  'int --',
  'int /* */',
  'int, b int',
  'int NOT NULL',
  'int DEFAULT 1',
  'int) (',
  "'int'",
  'int PRIMARY KEY',
  '',
])('%j is not a type', async (type) => {
  await expect(change({ kind: 'add-column', table: 'users', column: 'c', type })).rejects.toThrow('change.type');
});

test.each(['1; DROP TABLE users', '1) , (2', '1 --', '1 /* */', '1, 2', "'open", '(1', '1)', '"open'])(
  '%j is not an expression',
  async (expression) => {
    await expect(change({ kind: 'add-check', table: 'orders', expression })).rejects.toThrow('change.expression');
  },
);
