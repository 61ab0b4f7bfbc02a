import { ROWS, SHOP_TABLES } from './shop-data.ts';

/** The five migrations of the shop: one was applied long ago, two are harmless, one is dangerous, one fails half-way. */
export const MIGRATIONS = {
  '001_open_the_shop.sql': `-- UP
${SHOP_TABLES.map((sql) => `${sql};`).join('\n')}

-- DOWN
DROP TABLE payments;
DROP TABLE order_items;
DROP TABLE orders;
DROP TABLE products;
DROP TABLE customers;
`,
  '002_delivery_date.sql': `-- UP
ALTER TABLE orders ADD COLUMN delivered_on DATE;

-- DOWN
ALTER TABLE orders DROP COLUMN delivered_on;
`,
  '003_no_more_fax.sql': `-- Nobody sends a fax any more. Or does somebody?
-- UP
ALTER TABLE customers DROP COLUMN fax;
CREATE INDEX order_items_product ON order_items (product_id);

-- DOWN
DROP INDEX order_items_product;
ALTER TABLE customers ADD COLUMN fax TEXT;
`,
  '004_shipments.sql': `-- UP
CREATE TABLE shipments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  carrier TEXT NOT NULL,
  sent_on DATE NOT NULL
);

-- DOWN
DROP TABLE shipments;
`,
  // Worked on a laptop, where the shop has fewer products.
  '005_gift_cards.sql': `-- UP
ALTER TABLE products ADD COLUMN is_gift_card INTEGER NOT NULL DEFAULT 0;
INSERT INTO products (id, sku, title, price_cents, is_gift_card) VALUES (${ROWS.products}, 'GIFT-25', 'gift card', 2500, 1);

-- DOWN
DELETE FROM products WHERE sku = 'GIFT-25';
ALTER TABLE products DROP COLUMN is_gift_card;
`,
} as const;

export const FIRST = '001_open_the_shop';
export const DANGEROUS = '003_no_more_fax';
export const LAST_GOOD = '004_shipments';
export const FAILING = '005_gift_cards';
