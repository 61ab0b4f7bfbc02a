import { expect, it } from 'vitest';
import { go, rawSqlOn } from './walk-raw-sql.ts';

// Needs no server, but longer than the inner loop may take.
it('a 50 MB file runs', async () => {
  const line = `INSERT INTO a (n) VALUES ('${'x'.repeat(1_000)}');\n`;
  const walk = rawSqlOn({ '1_a.sql': `CREATE TABLE a (n TEXT);\n${line.repeat(50_000)}` });
  expect(await go(walk, { operation: 'run' })).toMatchObject({ outcome: 'done' });
  expect(walk.sql('SELECT count(*) AS n FROM a')).toEqual([{ n: 50_000 }]);
}, 120_000);
