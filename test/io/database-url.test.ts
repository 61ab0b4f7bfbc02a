import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalUrl, describeUrl } from '../../src/io/database-url.ts';
import { isSet, parseDotenv } from '../../src/io/dotenv-file.ts';
import { Secret } from '../../src/io/secret.ts';
import { folderOf } from '../support/workspace.ts';

const said = (url: string) => describeUrl(Secret.of(url), '/w');
const canonical = (url: string) => canonicalUrl(Secret.of(url), '/w')?.reveal();

describe('describeUrl', () => {
  it.each([
    ['postgres://u:p@localhost:5432/app', 'postgres', 'localhost', 5432, 'app'],
    ['postgresql+asyncpg://u:p@db/app', 'postgres', 'db', undefined, 'app'],
    ['mysql+pymysql://u:p@h:3306/app?charset=utf8', 'mysql', 'h', 3306, 'app'],
    ['mariadb://h/app', 'mariadb', 'h', undefined, 'app'],
    [
      'mongodb+srv://u:p@cluster0.abc.mongodb.net/app?retryWrites=true',
      'mongodb',
      'cluster0.abc.mongodb.net',
      undefined,
      'app',
    ],
    ['mongodb://a:1,b:2/app', 'mongodb', 'a,b', 1, 'app'],
    ['jdbc:postgresql://h:5433/app', 'postgres', 'h', 5433, 'app'],
    ['postgres://u:p@ss/w#o?r:d@h:1/app', 'postgres', 'h', 1, 'app'],
    ['postgres://u:100%zz@h/app', 'postgres', 'h', undefined, 'app'],
    ['postgres://u:p@h/app?application_name=me@there', 'postgres', 'h', undefined, 'app'],
    ['postgres://u:a?x=1@h/app', 'postgres', 'h', undefined, 'app'],
    ['postgres://u:a?x=1@h/app?sslmode=require', 'postgres', 'h', undefined, 'app'],
    ['postgres:///app?host=/var/run/postgresql', 'postgres', '/var/run/postgresql', undefined, 'app'],
    ['postgres://%2Fvar%2Frun/app', 'postgres', '/var/run', undefined, 'app'],
    ['postgres://[::1]:5432/app', 'postgres', '::1', 5432, 'app'],
    ['libsql://x-y.turso.io', 'sqlite', 'x-y.turso.io', undefined, undefined],
  ])('%s', (url, engine, host, port, database) => {
    expect(said(url)).toMatchObject({ engine, host });
    expect(said(url).port).toBe(port);
    expect(said(url).database).toBe(database);
  });

  it.each([
    ['file:./dev.db', '/w/dev.db'],
    ['file:dev.db?connection_limit=1', '/w/dev.db'],
    ['file:///srv/a%20b.db', '/srv/a b.db'],
    ['sqlite:app.db', '/w/app.db'],
    ['sqlite://app.db', '/w/app.db'],
    ['sqlite:///app.db', '/w/app.db'],
    ['sqlite:////srv/app.db', '/srv/app.db'],
    ['sqlite:/srv/app.db', '/srv/app.db'],
    ['sqlite+aiosqlite:///./app.db', '/w/app.db'],
    ['./data/prod.db', '/w/data/prod.db'],
    ['prod.sqlite3', '/w/prod.sqlite3'],
    ['/srv/app', '/srv/app'],
  ])('%s', (url, path) => {
    expect(said(url)).toMatchObject({ engine: 'sqlite', path });
    expect(said(url).host).toBeUndefined();
  });

  it('tells an absolute path with three slashes by its folder', () => {
    const root = folderOf({});
    mkdirSync(join(root, 'data'));
    expect(describeUrl(Secret.of(`sqlite://${root}/data/a.db`), root).path).toBe(join(root, 'data/a.db'));
  });

  it.each(['', 'hello', 'sqlserver://h/app', 'prisma://x', 'https://example.com/x.db', 'pg:x'])(
    'does not know %s',
    (url) => {
      expect(said(url).engine).toBe('unknown');
    },
  );

  it('never says a password', () => {
    for (const url of [
      'postgres://u:hunter2@h/app',
      'postgres://u:hun@ter2/x@h/app',
      'postgres://u:a?b=hunter2@h/app',
      'postgres://h/app?password=hunter2',
      'libsql://h?authToken=hunter2',
      'hunter2',
      'postgresql://user:hunter2@host:port/x',
      'postgres://u:a@hunter2?x=1@h/app',
      'postgres://u:hunter2@',
      'postgres://u:hunter2@h:99x,b/app',
      'mongodb://u:hun@ter2,x@[bad/app',
    ])
      expect(JSON.stringify(said(url)), url).not.toMatch(/ter2/);
  });
});

describe('canonicalUrl', () => {
  it.each([
    ['postgresql+asyncpg://u:p@ss/w@h:1/app?sslmode=require', 'postgres://u:p%40ss%2Fw@h:1/app?sslmode=require'],
    ['postgres://u:p%40ss@h/app', 'postgres://u:p%40ss@h/app'],
    ['postgres://u:100%@h/app', 'postgres://u:100%25@h/app'],
    ['file:./dev.db', 'sqlite:/w/dev.db'],
    ['mongodb+srv://u:p@h/app', 'mongodb+srv://u:p@h/app'],
    ['mysql2://h/app', 'mysql://h/app'],
  ])('%s', (url, wanted) => {
    expect(canonical(url)).toBe(wanted);
  });
});

describe('parseDotenv', () => {
  it('reads quotes, export, comments, several lines and earlier variables', () => {
    const read = parseDotenv(
      [
        '\ufeff# comment',
        'A=1 # one',
        'export B="two # not a comment"',
        `C='\${A} as it stands'`,
        `D="\${A}/\${NOT_THERE:-x}"`,
        'E="line one',
        'line two"',
        'F=pa$$word#1',
        'G=',
        'H = spaced ',
        'URL=postgres://u:p#x@h/db?a=b',
        'I=`back`',
      ].join('\r\n'),
    );
    const values = Object.fromEntries([...read].map(([name, value]) => [name, value.reveal()]));
    expect(values).toEqual({
      A: '1',
      B: 'two # not a comment',
      C: `\${A} as it stands`,
      D: '1/x',
      E: 'line one\r\nline two',
      F: 'pa$$word#1',
      G: '',
      H: 'spaced',
      URL: 'postgres://u:p#x@h/db?a=b',
      I: 'back',
    });
    expect(isSet(read.get('G'))).toBe(false);
    expect(JSON.stringify([...read])).not.toContain('postgres');
  });
});
