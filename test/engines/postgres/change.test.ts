import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseChangeRequest } from '../../../src/core/change-request.ts';
import { sqlForChange } from '../../../src/engines/postgres/change.ts';
import { inspect } from '../../../src/engines/postgres/inspect.ts';
import { openPglite } from '../../support/pglite-reader.ts';

let database: Awaited<ReturnType<typeof openPglite>>;
beforeAll(async () => {
  database = await openPglite();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.reset();
  await database.exec(`CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, email varchar(20) UNIQUE, extra json);
    CREATE TABLE orders (id int PRIMARY KEY, user_id int, total int DEFAULT 1);
    CREATE INDEX orders_total ON orders (total);
    INSERT INTO users (name, email) VALUES ('ann', 'a@x'), ('bob', 'b@x'); INSERT INTO orders VALUES (1, 1, 5);`);
});
const apply = async (statements: readonly string[]) => {
  for (const statement of statements) await database.exec(statement);
};
const change = async (request: Record<string, unknown>) =>
  sqlForChange(parseChangeRequest(request), await inspect(database.reader));

test.each([
  [
    {
      kind: 'create-table',
      table: 'public.odd "name"',
      columns: [{ column: 'a"b', type: 'numeric(10, 2)', nullable: false, default: '1 + 1' }],
      primaryKey: ['a"b'],
    },
  ],
  [{ kind: 'drop-table', table: 'orders' }],
  [{ kind: 'rename-table', table: 'orders', to: 'Purchases' }],
  [{ kind: 'add-column', table: 'users', column: 'age', type: 'int', default: 0, nullable: false }],
  [{ kind: 'add-column', table: 'users', column: 'age', type: 'int', nullable: false }],
  [{ kind: 'add-column', table: 'users', column: 'token', type: 'uuid', default: 'gen_random_uuid()' }],
  [{ kind: 'drop-column', table: 'orders', column: 'total' }],
  [{ kind: 'drop-column', table: 'users', column: 'email' }],
  [{ kind: 'rename-column', table: 'users', column: 'name', to: 'full"name' }],
  [{ kind: 'rename-column', table: 'users', column: 'extra', to: 'more' }],
  [{ kind: 'change-type', table: 'users', column: 'email', type: 'text' }],
  [{ kind: 'change-type', table: 'orders', column: 'total', type: 'bigint' }],
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
  [{ kind: 'add-check', table: 'orders', expression: 'total > 0 OR total IS NULL' }],
  [{ kind: 'add-unique', table: 'orders', columns: ['user_id'] }],
])('up and down of %j lead back to the same schema', async (request) => {
  const before = await inspect(database.reader);
  const sql = await change(request);
  await apply(sql.up);
  expect((await inspect(database.reader)).digest).not.toBe(before.digest);
  await apply(sql.down);
  expect((await inspect(database.reader)).objects).toEqual(before.objects);
  expect({ request, ...sql }).toMatchSnapshot();
});

test('old and new code survive a rename at once, and the contract half ends it', async () => {
  const sql = await change({ kind: 'rename-column', table: 'users', column: 'name', to: 'full_name' });
  await apply(sql.up);
  await database.exec("INSERT INTO users (name) VALUES ('old')");
  await database.exec("INSERT INTO users (full_name) VALUES ('new')");
  await database.exec(
    "UPDATE users SET full_name = 'nova' WHERE full_name = 'new'; UPDATE users SET name = 'older' WHERE name = 'old'",
  );
  const backfill = sql.deploys?.find((deploy) => deploy.step === 'backfill');
  await database.exec(String(backfill?.batch));
  expect(await database.query('SELECT name, full_name FROM users ORDER BY id')).toEqual(
    ['ann', 'bob', 'older', 'nova'].map((name) => ({ name, full_name: name })),
  );
  await apply(sql.deploys?.find((deploy) => deploy.step === 'contract')?.sql?.up ?? []);
  const after = await inspect(database.reader);
  expect(after.objects.get('table:public.users/column:full_name')).toMatchObject({ type: 'text', notNull: true });
  expect(after.objects.has('table:public.users/column:name')).toBe(false);
  expect([...after.objects.keys()].filter((id) => id.includes('lockkeeper'))).toEqual([]);
});

test('a type changes through a second column', async () => {
  const sql = await change({ kind: 'change-type', table: 'orders', column: 'total', type: 'bigint' });
  await apply(sql.up);
  await database.exec('INSERT INTO orders VALUES (2, 2)');
  for (const deploy of sql.deploys ?? []) if (deploy.batch) await database.exec(deploy.batch);
  await apply(sql.deploys?.find((deploy) => deploy.step === 'contract')?.sql?.up ?? []);
  expect(await database.query('SELECT id, total FROM orders ORDER BY id')).toEqual([
    { id: 1, total: 5 },
    { id: 2, total: 1 },
  ]);
  expect((await inspect(database.reader)).objects.get('table:public.orders/column:total')).toMatchObject({
    type: 'bigint',
  });
});

test('without a schema a drop has no way back, and a rename asks for the type', async () => {
  expect(
    await sqlForChange(parseChangeRequest({ kind: 'drop-column', table: 'users', column: 'email' })),
  ).toMatchObject({ reversible: 'no', down: [] });
  await expect(
    sqlForChange(parseChangeRequest({ kind: 'rename-column', table: 'users', column: 'name', to: 'x' })),
  ).rejects.toThrow('change.type');
  await expect(change({ kind: 'drop-column', table: 'users', column: 'nope' })).rejects.toThrow('change.column');
});

test.each([
  'int; DROP TABLE users',
  'int) , (1',
  'int --',
  'int /*',
  'int, 1',
  'int FROM users',
  'int DEFAULT 1',
  'int NOT NULL',
  'int AS x',
  '',
  'int)::text::(int',
])('%j is not a type', async (type) => {
  await expect(change({ kind: 'add-column', table: 'users', column: 'c', type })).rejects.toThrow('change.type');
});

test.each([
  '1; DROP TABLE users',
  '1) , (2',
  'true) NO INHERIT (',
  'a) + (b',
  '1 --',
  '1 /*',
  '1, 2',
  '1 FROM users',
  '1 AS x',
  '*',
  'true NOT VALID',
  "1) OR ('",
])('%j is not an expression', async (expression) => {
  await expect(change({ kind: 'add-check', table: 'users', expression })).rejects.toThrow('change.expression');
});

test('names cannot break out of their quotes', async () => {
  const name = 'x"; DROP TABLE users; --';
  const before = await inspect(database.reader);
  const sql = await change({ kind: 'add-column', table: 'users', column: name, type: 'int' });
  await apply(sql.up);
  expect((await inspect(database.reader)).objects.size).toBe(before.objects.size + 1);
});
