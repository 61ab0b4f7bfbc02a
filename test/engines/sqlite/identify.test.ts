import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identify, signsOfProduction } from '../../../src/engines/sqlite/identify.ts';
import { openSqlite } from '../../support/sqlite-reader.ts';

test("a database is named as its file, and known by the file's identity", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-'));
  const one = openSqlite(join(folder, 'prod.db'));
  const other = openSqlite(join(folder, 'other.db'));
  const identity = await identify(one.reader);
  expect(identity).toMatchObject({ engine: 'sqlite', name: 'prod.db', version: expect.stringMatching(/^3\./) });
  expect((await identify(other.reader)).fingerprint).not.toBe(identity.fingerprint);
  const file = { device: '1', inode: '2', realPath: join(folder, 'real.db') };
  const known = await identify(one.reader, file);
  expect(known.name).toBe('real.db');
  expect((await identify(one.reader, { ...file, inode: '3' })).fingerprint).not.toBe(known.fingerprint);
  expect(await signsOfProduction(one.reader)).toEqual([]);
  one.close();
  other.close();
  rmSync(folder, { recursive: true });
});
