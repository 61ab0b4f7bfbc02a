import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { shopWith, start } from './lockkeeper.ts';

/** Takes a while, in SQL. */
const SLOW =
  'INSERT INTO kept WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700000) SELECT max(i) FROM n;\n';

describe('Ctrl-C in the middle of a run', () => {
  it.each([300, 700, 1_200])('after %i ms: the report is what the database says', async (ms) => {
    const files = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`migrations/00${index + 1}_slow.sql`, SLOW.repeat(2)]),
    );
    const shop = shopWith(files);
    const child = start(shop, ['run', '--json']);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    await sleep(ms);
    child.kill('SIGINT');
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const history = shop.sql('dev.db', "SELECT name FROM sqlite_schema WHERE name = '_migrations'");
    const applied =
      history.length === 0 ? [] : shop.sql('dev.db', "SELECT filename FROM _migrations WHERE state = 'applied'");
    const rows = shop.sql('dev.db', 'SELECT count(*) AS n FROM kept')[0]?.n;
    // All of a migration's statements or none.
    expect(rows).toBe(applied.length * 2);
    if (code === null || stdout === '') {
      // Before the program listened, the signal ended it; nothing had begun.
      expect(applied).toEqual([]);
      return;
    }
    const report = JSON.parse(stdout) as {
      outcome: string;
      steps?: { title: string; status: string }[];
      error?: { code: string };
    };
    const said = (report.steps ?? []).filter((step) => step.title.startsWith('Apply') && step.status === 'applied');
    expect(said.length).toBe(applied.length);
    if (applied.length < 8) {
      expect(code).toBe(1);
      expect(report.error?.code).toBe('RUN.CANCELLED');
    } else expect(report.outcome).toBe('done');
  });
});
