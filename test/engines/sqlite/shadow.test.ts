import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { shadow } from '../../../src/engines/sqlite/shadow.ts';
import { testWorkbench } from '../../support/sqlite.ts';

test('a shadow is an empty database in a private folder, and leaves no trace', async () => {
  const bench = testWorkbench();
  const made = await shadow(bench, { rows: true, version: '3.40.0' });
  const file = bench.sqlite.fileOf(made.database);
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  expect(made.server).toMatchObject({ engine: 'sqlite', kind: 'file copy' });
  const session = await bench.connect(made.database);
  await session.execute('CREATE TABLE t (a)');
  await session.close();
  await made.dispose();
  expect(existsSync(dirname(file))).toBe(false);
});
