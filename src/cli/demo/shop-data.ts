import type { EngineId } from '../../core/ids.ts';

export type DemoEngine = Extract<EngineId, 'sqlite' | 'postgres'>;

/** Rows per table; 111,200 together. */
export const ROWS = {
  customers: 8_000,
  products: 1_200,
  orders: 26_000,
  order_items: 52_000,
  payments: 24_000,
} as const;
export const ALL_ROWS = Object.values(ROWS).reduce((sum, rows) => sum + rows, 0);

/** The shop as it was before lockkeeper came. */
export const SHOP_TABLES: readonly string[] = [
  `CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  fax TEXT,
  city TEXT NOT NULL,
  since DATE NOT NULL
)`,
  `CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  price_cents INTEGER NOT NULL CHECK (price_cents > 0)
)`,
  `CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  placed_on DATE NOT NULL,
  status TEXT NOT NULL
)`,
  `CREATE TABLE order_items (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL,
  price_cents INTEGER NOT NULL
)`,
  `CREATE TABLE payments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  amount_cents INTEGER NOT NULL,
  method TEXT NOT NULL,
  paid_on DATE NOT NULL
)`,
];

const FIRST_NAMES = ['Ada', 'Björn', 'Chidi', 'Dilara', 'Edith', 'Farid', 'Grace', 'Hoang', 'Inés', 'Jürgen', 'Kaede'];
const LAST_NAMES = ['Abara', 'Becker', 'Costa', "D'Angelo", 'Endo', 'Fischer', 'García', 'Hopper', 'Ito'];
const CITIES = ['Aarhus', 'Bologna', 'Gdańsk', 'Lyon', 'Osaka', 'Porto', 'Zürich'];
const THINGS = ['lamp', 'kettle', 'blanket', 'desk', 'clock', 'mug', 'shelf'];
const LOOKS = ['oak', 'blue', 'folding', 'enamel', 'small', 'wool'];

/** Statements that fill the shop, the same rows every time. */
export function fillShop(engine: DemoEngine): readonly string[] {
  const from = (rows: number): string =>
    engine === 'postgres'
      ? `generate_series(1, ${rows}) AS n (i)`
      : `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n)`;
  const day = (offset: string): string =>
    engine === 'postgres' ? `DATE '2023-01-01' + (${offset})` : `date('2023-01-01', '+' || (${offset}) || ' days')`;
  return [
    `INSERT INTO customers SELECT i, ${pick(FIRST_NAMES, 'i')} || ' ' || ${pick(LAST_NAMES, 'i / 11')}, 'customer' || i || '@example.com',
      CASE WHEN i % 6 = 0 THEN '+49 30 ' || (100000 + i) END, ${pick(CITIES, 'i / 3')}, ${day('i % 900')} FROM ${from(ROWS.customers)}`,
    `INSERT INTO products SELECT i, 'SKU-' || (10000 + i), ${pick(LOOKS, 'i')} || ' ' || ${pick(THINGS, 'i / 6')}, 199 + (i * 37) % 24000 FROM ${from(ROWS.products)}`,
    `INSERT INTO orders SELECT i, 1 + (i * 7) % ${ROWS.customers}, ${day('i % 1000')}, CASE WHEN i % 13 = 0 THEN 'open' ELSE 'sent' END FROM ${from(ROWS.orders)}`,
    `INSERT INTO order_items SELECT i, 1 + i % ${ROWS.orders}, 1 + (i * 11) % ${ROWS.products}, 1 + i % 3, 199 + (i * 37) % 24000 FROM ${from(ROWS.order_items)}`,
    `INSERT INTO payments SELECT i, i, 500 + (i * 53) % 60000, CASE WHEN i % 4 = 0 THEN 'transfer' ELSE 'card' END, ${day('i % 1000 + 1')} FROM ${from(ROWS.payments)}`,
  ];
}

/** The history as a small script of the shop's own kept it: lockkeeper takes it over as it is. */
export function ownHistory(engine: DemoEngine, firstFile: string): readonly string[] {
  const time = engine === 'postgres' ? 'TIMESTAMPTZ' : 'TEXT';
  return [
    `CREATE TABLE _migrations (id INTEGER PRIMARY KEY, filename TEXT NOT NULL UNIQUE, applied_at ${time} NOT NULL)`,
    `INSERT INTO _migrations VALUES (1, '${firstFile}', '2023-01-01T08:00:00Z')`,
  ];
}

function pick(words: readonly string[], number: string): string {
  const cases = words.slice(1).map((word, index) => `WHEN ${index + 1} THEN '${word.replaceAll("'", "''")}'`);
  return `CASE (${number}) % ${words.length} ${cases.join(' ')} ELSE '${words[0]}' END`;
}
