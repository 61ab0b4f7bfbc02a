import { expect, test } from 'vitest';
import { inspect } from '../../../src/engines/sqlite/inspect.ts';
import { tokenize, write } from '../../../src/engines/sqlite/tokens.ts';
import { openSqlite } from '../../support/sqlite-reader.ts';

async function schemaAfter(sql: string, options?: { exclude: string[] }) {
  const database = openSqlite();
  database.exec(sql);
  const schema = await inspect(database.reader, options);
  database.close();
  return schema;
}

const SHOP = `
  CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE COLLATE NOCASE, age int DEFAULT (1 + 1) CHECK (age > 0),
    loud TEXT GENERATED ALWAYS AS (upper(email)) VIRTUAL, kept TEXT AS (lower(email)) STORED) STRICT;
  CREATE TABLE orders (a INT, b INT, user_id INTEGER REFERENCES users ON DELETE CASCADE, PRIMARY KEY (a, b),
    CONSTRAINT both UNIQUE (b, user_id), FOREIGN KEY (b) REFERENCES users (id)) WITHOUT ROWID;
  CREATE INDEX orders_user ON orders (user_id DESC, b + 1) WHERE b > 5;
  CREATE VIEW v AS SELECT email FROM users;
  CREATE TRIGGER t AFTER INSERT ON orders BEGIN SELECT 1; END;
  CREATE VIRTUAL TABLE search USING fts5(body);`;

test('every object has an id and its facts; shadow tables are hidden', async () => {
  expect(Object.fromEntries((await schemaAfter(SHOP)).objects)).toMatchSnapshot();
});

test('case of keywords, white space, comments and quoting make no difference', async () => {
  const loud = SHOP.replaceAll(
    /\b(CREATE|TABLE|PRIMARY KEY|NOT NULL|CHECK|DEFAULT|TEXT|INTEGER|UNIQUE|REFERENCES)\b/g,
    (word) => word.toLowerCase(),
  )
    .replaceAll('users', '"users"')
    .replaceAll('email', '[email]')
    .replaceAll(', ', ' -- why\n , ')
    .replaceAll('(', ' ( ');
  expect((await schemaAfter(loud)).objects).toEqual((await schemaAfter(SHOP)).objects);
});

test.each([
  ['a check', ['CHECK (age > 0)', 'CHECK (age > 1)']],
  ['a collation', ['COLLATE NOCASE', 'COLLATE RTRIM']],
  ['an index order', ['user_id DESC', 'user_id']],
  ['an index expression', ['b + 1', 'b + 2']],
  ['an index condition', ['WHERE b > 5', 'WHERE b > 6']],
  ['a trigger', ['SELECT 1', 'SELECT 2']],
  ['a view', ['SELECT email', 'SELECT age']],
  ['strictness', [') STRICT', ')']],
  ['a foreign key action', ['ON DELETE CASCADE', '']],
  ['autoincrement', ['AUTOINCREMENT', '']],
  ['a text in capitals', ['SELECT 1', "SELECT 'A'"]],
])('%s changes the digest', async (_what, [from = '', to = '']) => {
  expect((await schemaAfter(SHOP.replace(from, to))).digest).not.toBe((await schemaAfter(SHOP)).digest);
});

test('a quoted word that names nothing stays quoted: SQLite reads it as a text', () => {
  const tokens = tokenize('CHECK ("A" IN ("free", [b c], `order`))') ?? [];
  expect(write(tokens, new Set(['a', 'order', 'b c']))).toBe('CHECK (A IN ("free", "b c", "order"))');
});

test.each(["'open", '"open', '`open', '[open', '/* open', 'a \\ b', 'a \u0000'])('%j cannot be cut', (text) => {
  expect(tokenize(text)).toBeUndefined();
});

test('column order and an excluded history table change nothing; ANALYZE gives estimates', async () => {
  const one = await schemaAfter('CREATE TABLE t (a INT, b TEXT)');
  const other = await schemaAfter('CREATE TABLE t (b TEXT, a INT); CREATE TABLE _migrations (id INTEGER PRIMARY KEY)', {
    exclude: ['_migrations'],
  });
  expect(other.digest).toBe(one.digest);
  const counted = await schemaAfter(
    'CREATE TABLE t (a INT); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1), (2), (3); ANALYZE',
  );
  expect(counted.rows?.get('table:t')).toBe(3);
});
