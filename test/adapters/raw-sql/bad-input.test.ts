import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { go, rawSqlOn, statusOf, tablesOf } from './walk-raw-sql.ts';

describe('raw SQL: bad input', () => {
  it('a file with only a DOWN half is refused by name', async () => {
    const walk = rawSqlOn({ '1_a.sql': '-- DOWN\nDROP TABLE a;\n' });
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({
      code: 'MIGRATION.INVALID',
      message: expect.stringContaining('1_a.sql'),
    });
    await expect(statusOf(rawSqlOn({ '1_b.down.sql': 'DROP TABLE a;', '2_c.sql': 'SELECT 1;' }))).rejects.toMatchObject(
      { code: 'MIGRATION.INVALID', message: expect.stringContaining('1_b.down.sql') },
    );
  });

  it('a folder that became empty is nothing to do', async () => {
    const walk = rawSqlOn({ '1_a.sql': 'CREATE TABLE a (id INTEGER);', '2_b.sql': '' });
    await go(walk, { operation: 'run' });
    expect((await statusOf(walk)).pending).toEqual([]);
    expect(tablesOf(walk)).toEqual(['a']);
  });

  it('invalid UTF-8 is refused by name, and nothing is run', async () => {
    const walk = rawSqlOn({ '1_a.sql': 'CREATE TABLE a (id INTEGER);' });
    writeFileSync(join(walk.root, 'migrations/2_b.sql'), Buffer.from([0x2d, 0x2d, 0x20, 0xff, 0xfe, 0x0a]));
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({
      code: 'MIGRATION.INVALID',
      message: expect.stringContaining('2_b.sql'),
    });
    expect(tablesOf(walk)).toEqual([]);
  });

  it('CRLF and a byte order mark change nothing', async () => {
    const walk = rawSqlOn({
      '1_a.sql':
        '\ufeff-- UP\r\nCREATE TABLE a (id INTEGER);\r\nINSERT INTO a VALUES (1);\r\n-- DOWN\r\nDROP TABLE a;\r\n',
    });
    await go(walk, { operation: 'run' });
    expect(walk.sql('SELECT id FROM a')).toEqual([{ id: 1 }]);
    await go(walk, { operation: 'rollback' });
    expect(tablesOf(walk)).toEqual([]);
  });

  it('a link out of the workspace is not followed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'lockkeeper-outside-'));
    try {
      writeFileSync(join(outside, 'secret.sql'), 'CREATE TABLE stolen (id INTEGER);');
      const walk = rawSqlOn({ '1_a.sql': 'CREATE TABLE a (id INTEGER);' });
      symlinkSync(join(outside, 'secret.sql'), join(walk.root, 'migrations/2_link.sql'));
      await go(walk, { operation: 'run' }).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'WORKSPACE.OUTSIDE' }),
      );
      expect(tablesOf(walk)).not.toContain('stolen');
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });

  it.each(['; rm -rf ~.sql', '--help.sql', '$(touch x).sql', "'; DROP TABLE a; --.sql"])(
    'a file named %s is only a name',
    async (name) => {
      const walk = rawSqlOn({
        '1_a.sql': 'CREATE TABLE a (id INTEGER);',
        [name]: 'CREATE TABLE never (id INTEGER);',
        [`2_${name}`]: 'CREATE TABLE b (id INTEGER);',
      });
      const report = await go(walk, { operation: 'run' });
      expect(report?.outcome).toBe('done');
      expect(tablesOf(walk)).toEqual(['a', 'b']);
      expect(walk.sql('SELECT filename FROM _migrations ORDER BY id DESC LIMIT 1')).toEqual([
        { filename: `2_${name}` },
      ]);
      expect((await statusOf(walk)).problems).toMatchObject([{ kind: 'unmanaged' }]);
    },
  );

  it('two files with one number are refused by both names', async () => {
    const walk = rawSqlOn({
      '20260101000000_a.sql': 'CREATE TABLE a (id INTEGER);',
      '20260101000000_b.sql': 'CREATE TABLE b (id INTEGER);',
    });
    expect((await statusOf(walk)).problems).toMatchObject([
      { kind: 'multiple-heads', message: expect.stringMatching(/_a\.sql and .*_b\.sql/) },
    ]);
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({ code: 'MIGRATION.INVALID' });
    expect(tablesOf(walk)).toEqual([]);
  });

  it('a table named "a""b" goes up and down', async () => {
    const walk = rawSqlOn({
      '1_a.sql':
        '-- UP\nCREATE TABLE "a""b" (id INTEGER);\nINSERT INTO "a""b" VALUES (1);\n-- DOWN\nDROP TABLE "a""b";\n',
    });
    expect(await go(walk, { operation: 'run' })).toMatchObject({ outcome: 'done', verified: { schema: true } });
    expect(tablesOf(walk)).toEqual(['a"b']);
    expect(await go(walk, { operation: 'rollback' })).toMatchObject({
      outcome: 'done',
      backup: { verified: 'restored' },
    });
    expect(tablesOf(walk)).toEqual([]);
  });

  it('text that is no SQL is refused with its line', async () => {
    const walk = rawSqlOn({ '1_a.sql': "CREATE TABLE a (id INTEGER);\n\nINSERT INTO a VALUES ('unclosed);\n" });
    await expect(go(walk, { operation: 'run' })).rejects.toMatchObject({
      code: 'MIGRATION.INVALID',
      message: expect.stringContaining('1_a.sql'),
    });
    expect(tablesOf(walk)).toEqual([]);
  });

  it('triggers with semicolons inside are one statement', async () => {
    const walk = rawSqlOn({
      '1_a.sql':
        "CREATE TABLE a (id INTEGER, n TEXT);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET n = CASE WHEN id > 1 THEN ';' ELSE 'END;' END; END;\nINSERT INTO a (id) VALUES (2);\n",
    });
    await go(walk, { operation: 'run' });
    expect(walk.sql('SELECT n FROM a')).toEqual([{ n: ';' }]);
  });
});
