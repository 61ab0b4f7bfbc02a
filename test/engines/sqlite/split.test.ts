import { describe, expect, it } from 'vitest';
import { split, splitLoosely } from '../../../src/engines/sqlite/split.ts';

const sqlOf = async (script: string) => (await split(script)).map((statement) => statement.sql);
const trigger = (head: string) =>
  `${head} tr AFTER INSERT ON t BEGIN UPDATE t SET d = CASE WHEN new.a THEN ';' ELSE 'end;' END; SELECT 1; END`;

describe('SQLite: split', () => {
  it.each([
    ['nothing', '', []],
    ['only comments', '-- a;\n/* b; */ ;;', []],
    [
      'quotes of every kind',
      `SELECT ';''', ";""", \`;\`\`\`, [;] FROM t; SELECT 2`,
      [`SELECT ';''', ";""", \`;\`\`\`, [;] FROM t`, 'SELECT 2'],
    ],
    ['comments inside', 'SELECT 1 -- one;\n + /* ; */ 2 -- last\n;', ['SELECT 1 -- one;\n + /* ; */ 2']],
    ['comments that do not nest', 'SELECT 1 /* /* */; SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['letters beyond ASCII', "SELECT 'ä😀;' AS ö; SELECT 'é'", ["SELECT 'ä😀;' AS ö", "SELECT 'é'"]],
  ])('%s', async (_name, script, expected) => {
    expect(await sqlOf(script)).toEqual(expected);
  });

  it.each(['CREATE TRIGGER', 'CREATE TEMP TRIGGER', 'create /* ; */ temporary trigger', 'EXPLAIN CREATE TRIGGER'])(
    '%s ends at its END',
    async (head) => {
      expect(await sqlOf(`${trigger(head)};\nSELECT 2;`)).toEqual([trigger(head), 'SELECT 2']);
    },
  );

  it('says the line of the first word', async () => {
    const statements = await split('-- head\r\n\r\nSELECT 1;\r\n/* two\r\nlines */ SELECT\r\n 2; SELECT 3;');
    expect(statements.map((statement) => statement.line)).toEqual([3, 5, 6]);
  });

  it.each([
    ['SELECT 1;\nSELECT FROM FROM t;', /Line 2 .*⟪untrusted: near/],
    ['SELECT 1;\n.mode csv\nSELECT 2;', /Line 2 .*sqlite3/],
    ['SELECT 1; \0DROP TABLE users;', /NUL/],
  ])('refuses %j', async (script, message) => {
    await expect(split(script)).rejects.toMatchObject({
      code: 'MIGRATION.INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('cuts loosely where it cannot parse', async () => {
    const statements = await splitLoosely('SELEC 1;\nDROP TABLE t;');
    expect(statements.map((statement) => [statement.line, statement.sql])).toEqual([
      [1, 'SELEC 1'],
      [2, 'DROP TABLE t'],
    ]);
  });
});
