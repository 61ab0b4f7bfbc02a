import { describe, expect, it } from 'vitest';
import { split, splitLoosely } from '../../../src/engines/postgres/split.ts';

const sqlOf = async (script: string) => (await split(script)).map((statement) => statement.sql);

describe('PostgreSQL: split', () => {
  it.each([
    ['nothing', '', []],
    ['only comments', '-- a;\n/* b; /* c; */ d; */ ;;', []],
    ['strings', "SELECT ';', 'it''s; so'; SELECT 2", ["SELECT ';', 'it''s; so'", 'SELECT 2']],
    ['escape strings', String.raw`SELECT E'a\';b', e'\\'; SELECT 2`, [String.raw`SELECT E'a\';b', e'\\'`, 'SELECT 2']],
    ['escape strings that go on', "SELECT E'a'\n 'b\\';c'; SELECT 2", ["SELECT E'a'\n 'b\\';c'", 'SELECT 2']],
    ['a backslash in a plain string', String.raw`SELECT 'a\'; SELECT 2`, [String.raw`SELECT 'a\'`, 'SELECT 2']],
    ['quoted names', 'SELECT 1 AS "a;""b"; SELECT 2', ['SELECT 1 AS "a;""b"', 'SELECT 2']],
    ['dollar quotes', 'SELECT $$a;b$$, $x$;$$;$x$; SELECT 2', ['SELECT $$a;b$$, $x$;$$;$x$', 'SELECT 2']],
    ['a dollar inside a name', 'SELECT a$b$ FROM t; SELECT $1', ['SELECT a$b$ FROM t', 'SELECT $1']],
    ['comments inside', 'SELECT 1 -- one;\n + /* ; */ 2 -- last\n;', ['SELECT 1 -- one;\n + /* ; */ 2']],
    [
      'rules with several actions',
      'CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 1',
      ['CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)', 'SELECT 1'],
    ],
    ['letters beyond ASCII', "SELECT 'ä😀;' AS ö; SELECT 'é'", ["SELECT 'ä😀;' AS ö", "SELECT 'é'"]],
  ])('%s', async (_name, script, expected) => {
    expect(await sqlOf(script)).toEqual(expected);
  });

  it('keeps function bodies whole', async () => {
    const atomic =
      'CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 1 ELSE 2 END; SELECT 3; END';
    const quoted = 'CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN 1; END; $f$';
    expect(await sqlOf(`${atomic};\n${quoted};\nSELECT 1;`)).toEqual([atomic, quoted, 'SELECT 1']);
  });

  it('says the line of the first word', async () => {
    const script = '-- head\r\n\r\nSELECT 1;\r\n/* two\r\nlines */ SELECT\r\n 2; SELECT 3;';
    expect((await split(script)).map((statement) => statement.line)).toEqual([3, 5, 6]);
  });

  it.each([
    ['SELECT 1;\nSELECT FROM FROM t;', /Line 2 .*⟪untrusted: syntax error/],
    ["SELECT 'ä';\n\nSELECT 1\n  FROM FROM t;", /Line 4 /],
    ['SELECT (1;\nSELECT 2;', /Line 1 /],
    ['SELECT 1;\n\\c other\nSELECT 2;', /Line 2 .*psql/],
    ['\\restrict abc\nSELECT 1;', /Line 1 .*psql/],
    ['COPY t (a) FROM stdin;\n1\n\\.\nSELECT 1;', /Line 1 .*INSERT/],
    ['SELECT 1; \0DROP TABLE users;', /NUL/],
  ])('refuses %j', async (script, message) => {
    await expect(split(script)).rejects.toMatchObject({
      code: 'MIGRATION.INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('cuts loosely where it cannot parse, and loses no statement behind a bracket left open', async () => {
    const script = 'SELECT (1;\nDROP TABLE users;\n\\c x\nCOPY t FROM stdin;\n1;2\n\\.\nSELECT 2';
    const statements = await splitLoosely(script);
    expect(statements.map((statement) => [statement.line, statement.sql])).toEqual([
      [1, 'SELECT (1'],
      [2, 'DROP TABLE users'],
      [3, '\\c x'],
      [4, 'COPY t FROM stdin'],
      [7, 'SELECT 2'],
    ]);
  });

  it('takes time in proportion to the script', async () => {
    const unit = "INSERT INTO items (id, note) VALUES (12345, 'it''s a ; näme'); -- c\n";
    const script = unit.repeat(75_000);
    const start = performance.now();
    expect(await split(script)).toHaveLength(75_000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('refuses what would exhaust the parser instead of ending the process', async () => {
    await expect(split(`SELECT ${'1,'.repeat(3_000_000)}1`)).rejects.toMatchObject({ code: 'MIGRATION.INVALID' });
    await expect(split(`SELECT ${'1+'.repeat(100_000)}1`)).rejects.toMatchObject({ code: 'MIGRATION.INVALID' });
    expect(await split('SELECT 1')).toHaveLength(1);
  });
});
