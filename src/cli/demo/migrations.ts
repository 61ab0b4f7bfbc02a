import { ROWS, SHOP_TABLES } from './shop-data.ts';

/** The five migrations of the shop: one was applied long ago, one is harmless, one loses data, one stops everyone from writing, one fails half-way. */
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

-- DOWN
ALTER TABLE customers ADD COLUMN fax TEXT;
`,
  '004_find_by_product.sql': `-- UP
CREATE INDEX order_items_product ON order_items (product_id);

-- DOWN
DROP INDEX order_items_product;
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
export const LAST_GOOD = '004_find_by_product';
export const FAILING = '005_gift_cards';
