import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { handleFor } from '../../src/io/handle.ts';
import { Secret } from '../../src/io/secret.ts';

const PASSWORD = 'Tr0ub4dor';
const URL_TEXT = `postgres://ada:${PASSWORD}@db.example.org:5432/shop`;

test('a secret says [secret] however it is printed', () => {
  const secret = Secret.of(URL_TEXT);
  const holder = { secret, list: [secret], map: new Map([['url', secret]]) };
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify(holder),
    format('%s %o %j %O', secret, secret, secret, holder),
    inspect(holder, { depth: 9, showHidden: true, getters: true }),
    new Error('x', { cause: secret }).cause,
    JSON.stringify(structuredCloneOf(secret)),
    `${Object.values(secret)}${Object.getOwnPropertyNames(secret)}`,
  ];
  for (const text of shown) expect(`${text}`).not.toContain(PASSWORD);
  expect(secret.reveal()).toBe(URL_TEXT);
});

test('a handle holds nothing that could be printed', () => {
  const handle = handleFor(Secret.of(URL_TEXT), '/');
  expect(JSON.stringify(handle)).toBe('{"engine":"postgres","place":"db.example.org:5432/shop"}');
  expect(inspect(handle, { showHidden: true, depth: 9 })).not.toContain(PASSWORD);
  expect(Object.isFrozen(handle)).toBe(true);
});

test('only io reveals secrets', () => {
  const offenders = filesUnder('src').filter(
    (file) => !file.startsWith(join('src', 'io')) && /\.reveal\b|\breveal\(/.test(readFileSync(file, 'utf8')),
  );
  expect(offenders).toEqual([]);
});

test('only io imports the file system, processes and drivers', () => {
  const forbidden =
    /from '(?:node:)?(?:fs|fs\/promises|child_process|net|better-sqlite3|pg|mysql2(?:\/promise)?|execa)'/;
  const offenders = filesUnder('src').filter(
    (file) => !file.startsWith(join('src', 'io')) && forbidden.test(readFileSync(file, 'utf8')),
  );
  expect(offenders).toEqual([]);
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function structuredCloneOf(value: object): unknown {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}
