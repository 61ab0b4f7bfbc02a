import { describe, expect, it } from 'vitest';
import { go, rawSqlOn, statusOf, tablesOf } from './walk-raw-sql.ts';

const TWO = {
  '20260101000000_a.sql': '-- UP\nCREATE TABLE a (id INTEGER);\n-- DOWN\nDROP TABLE a;\n',
  '20260102000000_b.sql': '-- UP\nCREATE TABLE b (id INTEGER);\n-- DOWN\nDROP TABLE b;\n',
};

describe('raw SQL: run', () => {
  it('runs all three forms, in the order of their numbers', async () => {
    const walk = rawSqlOn({
      '20260103000000_c.sql': 'CREATE TABLE c (id INTEGER);\n',
      '20260101000000_a.sql': TWO['20260101000000_a.sql'],
      '20260102000000_b.up.sql': 'CREATE TABLE b (id INTEGER);',
      '20260102000000_b.down.sql': 'DROP TABLE b;',
    });
    expect((await statusOf(walk)).pending.map((one) => one.id)).toEqual([
      '20260101000000_a',
      '20260102000000_b',
      '20260103000000_c',
    ]);
    expect(await go(walk, { operation: 'run' })).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
    expect(tablesOf(walk)).toEqual(['a', 'b', 'c']);
    const status = await statusOf(walk);
    expect(status.pending).toEqual([]);
    expect(status.applied.map((one) => one.id)).toEqual(['20260101000000_a', '20260102000000_b', '20260103000000_c']);
    expect(await go(walk, { operation: 'run' })).toBeUndefined();
  });

  it('orders 2 before 10, and the time stamp without its underscore after both', async () => {
    const walk = rawSqlOn({
      '10_b.sql': 'CREATE TABLE b (id INTEGER);',
      '2_a.sql': 'CREATE TABLE a (id INTEGER);',
      '20260101000000c.sql': 'CREATE TABLE c (id INTEGER);',
    });
    expect((await statusOf(walk)).pending.map((one) => one.id)).toEqual(['2_a', '10_b', '20260101000000c']);
  });

  it('stops at `to` and after `steps`', async () => {
    const walk = rawSqlOn({ ...TWO, '20260103000000_c.sql': 'CREATE TABLE c (id INTEGER);' });
    await go(walk, { operation: 'run', steps: 1 });
    expect(tablesOf(walk)).toEqual(['a']);
    await go(walk, { operation: 'run', to: '20260102000000_b' });
    expect(tablesOf(walk)).toEqual(['a', 'b']);
    await expect(go(walk, { operation: 'run', to: 'nowhere' })).rejects.toMatchObject({ code: 'MIGRATION.UNKNOWN' });
  });

  it('records checksum, state, duration and who', async () => {
    const walk = rawSqlOn(TWO);
    await go(walk, { operation: 'run' });
    const [row] = walk.sql('SELECT * FROM _migrations ORDER BY id');
    expect(row).toMatchObject({
      filename: '20260101000000_a.sql',
      state: 'applied',
      applied_by: 'lockkeeper',
      checksum: expect.stringMatching(/^sha256:/),
      duration_ms: expect.any(Number),
    });
  });

  it('brings the simple history table up in place without losing a row', async () => {
    const walk = rawSqlOn(
      TWO,
      "CREATE TABLE a (id INTEGER);\nCREATE TABLE _migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, filename TEXT NOT NULL UNIQUE, applied_at TEXT DEFAULT CURRENT_TIMESTAMP);\nINSERT INTO _migrations (filename, applied_at) VALUES ('20260101000000_a.sql', '2026-01-01 10:00:00');",
    );
    expect(await statusOf(walk)).toMatchObject({
      applied: [{ id: '20260101000000_a', appliedAt: '2026-01-01 10:00:00' }],
      problems: [],
    });
    expect(walk.sql("SELECT name FROM pragma_table_info('_migrations')")).toHaveLength(3);
    await go(walk, { operation: 'run' });
    expect(walk.sql('SELECT id, filename, applied_at, checksum, state FROM _migrations WHERE id = 1')).toEqual([
      { id: 1, filename: '20260101000000_a.sql', applied_at: '2026-01-01 10:00:00', checksum: null, state: 'applied' },
    ]);
    expect(tablesOf(walk)).toEqual(['a', 'b']);
  });

  it('also where the simple table has a text id', async () => {
    const walk = rawSqlOn(
      TWO,
      'CREATE TABLE _migrations (id TEXT PRIMARY KEY, filename TEXT NOT NULL, applied_at TEXT)',
    );
    await go(walk, { operation: 'run' });
    expect(walk.sql('SELECT id, filename FROM _migrations ORDER BY id')).toEqual(
      Object.keys(TWO).map((name) => ({ id: name, filename: name })),
    );
  });

  it('runs without a transaction where the file asks for it, and leaves the truth when that stops half-way', async () => {
    const walk = rawSqlOn({
      '1_vacuum.sql': '-- lockkeeper: no-transaction\nCREATE TABLE a (id INTEGER);\nVACUUM;\n',
      '2_half.sql': '-- lockkeeper: no-transaction\nCREATE TABLE b (id INTEGER);\nINSERT INTO missing VALUES (1);\n',
    });
    const report = await go(walk, { operation: 'run' });
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report?.steps.map((step) => step.status)).toContain('in-doubt');
    expect(tablesOf(walk)).toEqual(['a', 'b']);
    expect((await statusOf(walk)).problems).toMatchObject([{ kind: 'failed', migration: '2_half' }]);
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({ code: 'MIGRATION.FAILED_BEFORE' });
    await expect(go(walk, { operation: 'recover' })).rejects.toMatchObject({ code: 'INPUT.INVALID' });
    await go(walk, { operation: 'recover', to: '2_half', change: { mark: 'rolled-back' } });
    expect((await statusOf(walk)).pending.map((one) => one.id)).toEqual(['2_half']);
  });

  it('refuses a file that ends the transaction itself', async () => {
    const walk = rawSqlOn({ '1_a.sql': 'BEGIN;\nCREATE TABLE a (id INTEGER);\nCOMMIT;\n' });
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({
      code: 'MIGRATION.INVALID',
      message: expect.stringContaining('line 1'),
    });
    expect(tablesOf(walk)).toEqual([]);
  });

  it('finds an edited file, and takes the new text where it is told so', async () => {
    const walk = rawSqlOn(TWO);
    await go(walk, { operation: 'run', steps: 1 });
    walk.write('migrations/20260101000000_a.sql', `${TWO['20260101000000_a.sql']}-- a remark\n`);
    expect((await statusOf(walk)).problems).toMatchObject([{ kind: 'edited', migration: '20260101000000_a' }]);
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({ code: 'MIGRATION.EDITED' });
    await go(walk, { operation: 'recover', to: '20260101000000_a', change: { mark: 'applied' } });
    expect((await statusOf(walk)).problems).toEqual([]);
  });

  it('takes other line ends and a byte order mark for no edit', async () => {
    const walk = rawSqlOn(TWO);
    await go(walk, { operation: 'run' });
    walk.write('migrations/20260101000000_a.sql', `\ufeff${TWO['20260101000000_a.sql'].replaceAll('\n', '\r\n')}`);
    expect((await statusOf(walk)).problems).toEqual([]);
  });

  it('finds one that comes out of order, and runs it only when it is named', async () => {
    const walk = rawSqlOn(TWO);
    await go(walk, { operation: 'run' });
    walk.write('migrations/20260101120000_late.sql', 'CREATE TABLE late (id INTEGER);\n');
    expect((await statusOf(walk)).problems).toMatchObject([{ kind: 'out-of-order', migration: '20260101120000_late' }]);
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({ code: 'MIGRATION.OUT_OF_ORDER' });
    await go(walk, { operation: 'run', to: '20260101120000_late' });
    expect(tablesOf(walk)).toContain('late');
  });

  it('finds one whose file is gone', async () => {
    const walk = rawSqlOn(
      { '2_b.sql': TWO['20260102000000_b.sql'] },
      "CREATE TABLE _migrations (id INTEGER PRIMARY KEY, filename TEXT, applied_at TEXT);\nINSERT INTO _migrations (filename) VALUES ('1_gone.sql');",
    );
    expect((await statusOf(walk)).problems).toMatchObject([{ kind: 'missing', migration: '1_gone' }]);
  });

  it('baselines what is already there', async () => {
    const walk = rawSqlOn(TWO, 'CREATE TABLE a (id INTEGER)');
    await go(walk, { operation: 'baseline', to: '20260101000000_a' });
    expect(await statusOf(walk)).toMatchObject({
      applied: [{ id: '20260101000000_a' }],
      pending: [{ id: '20260102000000_b' }],
    });
    await go(walk, { operation: 'run' });
    expect(tablesOf(walk)).toEqual(['a', 'b']);
    await expect(go(walk, { operation: 'rollback', steps: 2 })).rejects.toMatchObject({
      code: 'MIGRATION.IRREVERSIBLE',
    });
  });
});

describe('raw SQL: rollback', () => {
  it('goes back step by step or to a named migration', async () => {
    const walk = rawSqlOn({
      ...TWO,
      '20260103000000_c.sql': '-- UP\nCREATE TABLE c (id INTEGER);\n-- DOWN\nDROP TABLE c;\n',
    });
    await go(walk, { operation: 'run' });
    expect(await go(walk, { operation: 'rollback' })).toMatchObject({ outcome: 'done', verified: { history: true } });
    expect(tablesOf(walk)).toEqual(['a', 'b']);
    await go(walk, { operation: 'rollback', to: '20260101000000_a' });
    expect(tablesOf(walk)).toEqual(['a']);
    expect(await statusOf(walk)).toMatchObject({ applied: [{ id: '20260101000000_a' }] });
    await expect(go(walk, { operation: 'rollback', to: 'nowhere' })).rejects.toMatchObject({
      code: 'MIGRATION.UNKNOWN',
    });
  });

  it('is refused where there is no DOWN half', async () => {
    const walk = rawSqlOn({ '001-initial.sql': 'CREATE TABLE a (id INTEGER);' });
    await go(walk, { operation: 'run' });
    await expect(go(walk, { operation: 'rollback' })).rejects.toMatchObject({ code: 'MIGRATION.IRREVERSIBLE' });
    expect(tablesOf(walk)).toEqual(['a']);
  });

  it('has nothing to do where nothing is applied', async () => {
    expect(await go(rawSqlOn(TWO), { operation: 'rollback' })).toBeUndefined();
  });
});
