import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { Call } from '../../src/pipeline.ts';
import { openState, type State } from '../../src/state/open-state.ts';

export interface Walk {
  readonly root: string;
  readonly call: Call;
  readonly state: () => Promise<State>;
  write(path: string, contents: string): void;
  /** Runs SQL on a SQLite file of the workspace and gives back the rows of the last statement that has some. */
  sql(sql: string, file?: string): readonly Record<string, unknown>[];
}

/** A small shop on SQLite: one table with rows, one migration applied by nobody yet. */
export const SHOP: Readonly<Record<string, string>> = {
  '.env': 'DATABASE_URL=sqlite:shop.db\n',
  '.env.production': 'DATABASE_URL=sqlite:live.db\n',
  'migrations/20260101000000_add_phone.sql':
    '-- UP\nALTER TABLE customers ADD COLUMN phone TEXT;\n-- DOWN\nALTER TABLE customers DROP COLUMN phone;\n',
};

export const SHOP_ROWS = `
  CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT);
  INSERT INTO customers (email, name) SELECT 'c' || value || '@example.com', 'Customer ' || value
    FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 500) SELECT value FROM n);
`;

/** A workspace of its own for one test, with its records, gone when the test is over. */
export function walkOn(
  files: Readonly<Record<string, string>> = SHOP,
  databases: Readonly<Record<string, string>> = { 'shop.db': SHOP_ROWS, 'live.db': SHOP_ROWS },
): Walk {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'lockkeeper-walk-')));
  let state: Promise<State> | undefined;
  const controller = new AbortController();
  const walk: Walk = {
    root,
    state: () => (state ??= openState(root)),
    call: { root, signal: controller.signal, progress() {}, state: () => walk.state() },
    write(path, contents) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), contents);
    },
    sql(sql, file = 'shop.db') {
      const database = new Sqlite(join(root, file));
      try {
        const parts = sql.trim().replace(/;$/, '').split(';\n');
        const last = parts.pop() ?? '';
        if (parts.length > 0) database.exec(parts.join(';\n'));
        const statement = database.prepare(last);
        if (statement.reader) return statement.all() as Record<string, unknown>[];
        statement.run();
        return [];
      } finally {
        database.close();
      }
    },
  };
  for (const [path, contents] of Object.entries(files)) walk.write(path, contents);
  for (const [file, sql] of Object.entries(databases)) {
    const database = new Sqlite(join(root, file));
    database.exec(sql);
    database.close();
  }
  onTestFinished(async () => {
    (await state)?.close();
    rmSync(root, { recursive: true, force: true });
  });
  return walk;
}
