import { expect, test } from 'vitest';
import type { Reader } from '../../../src/core/ports.ts';
import { identify, signsOfProduction } from '../../../src/engines/postgres/identify.ts';
import { openPglite } from '../../support/pglite-reader.ts';

test('a server says who it is, and two servers are never the same', async () => {
  const one = await openPglite();
  const other = await openPglite();
  const identity = await identify(one.reader);
  expect(identity).toMatchObject({
    engine: 'postgres',
    name: 'postgres',
    version: expect.stringMatching(/^\d+\.\d+$/),
  });
  expect(await identify(one.reader)).toEqual(identity);
  expect((await identify(other.reader)).fingerprint).not.toBe(identity.fingerprint);

  expect(await signsOfProduction(one.reader)).toEqual([]);
  await one.exec('CREATE ROLE rds_superuser');
  expect(await signsOfProduction(one.reader)).toEqual(['role rds_superuser exists: Amazon RDS']);

  await one.exec('CREATE ROLE nobody; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; SET ROLE nobody');
  const unprivileged = await identify(one.reader);
  expect(unprivileged.name).toBe('postgres');
  expect(unprivileged).toEqual(await identify(one.reader));
  await one.close();
  await other.close();
});

test('a server that answers nothing about itself shows no signs and breaks nothing', async () => {
  const refusing = { query: () => Promise.reject(new Error('permission denied')) } as unknown as Reader;
  expect(await signsOfProduction(refusing)).toEqual([]);
});
