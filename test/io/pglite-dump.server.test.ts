import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseHandle } from '../../src/core/ports.ts';
import { openPostgres } from '../../src/io/database/postgres.ts';
import { handleFor, reach } from '../../src/io/handle.ts';
import { startPglite } from '../../src/io/pglite.ts';
import { dumpWithPglite } from '../../src/io/pglite-dump.ts';
import { Secret } from '../../src/io/secret.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-dump-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function fill(database: DatabaseHandle): Promise<void> {
  const session = await openPostgres(reach(database));
  await session.execute('CREATE TABLE "a""b" (id int PRIMARY KEY, note text)');
  await session.execute(
    `INSERT INTO "a""b" SELECT n, E'it''s; a \\\\ line\\nand $$more$$' FROM generate_series(1, 20000) AS n`,
  );
  await session.close();
}

async function expectDump(database: DatabaseHandle, file: string): Promise<void> {
  await dumpWithPglite(database, ['--rows-per-insert=500'], file);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('CREATE TABLE public."a""b"');
  expect(text.match(/^INSERT INTO/gm)).toHaveLength(40);
  expect(text).toContain('-- PostgreSQL database dump complete');
  expect(/Dumped by pg_dump version (\d+)/.exec(text)?.[1]).toBe('18');
  expect(statSync(file).mode & 0o777).toBe(0o600);
}

describe.runIf(havePostgres())('pg_dump compiled to WASM, against a server with password authentication', () => {
  let server: PostgresServer;
  let database: DatabaseHandle;
  beforeAll(async () => {
    server = await startPostgres();
    database = handleFor(Secret.of(server.url), '/');
    await fill(database);
  });
  afterAll(() => server?.stop());

  it('writes a whole plain dump', async () => {
    await expectDump(database, join(folder, 'server.sql'));
  });

  it('removes the half file and says why it failed', async () => {
    const file = join(folder, 'none.sql');
    await expect(dumpWithPglite(database, ['--table=no_such_table'], file)).rejects.toMatchObject({
      code: 'BACKUP.FAILED',
      message: expect.stringMatching(/no matching tables/),
    });
    expect(() => statSync(file)).toThrow();
  });

  it('stops when it is cancelled', async () => {
    const cancelled = AbortSignal.timeout(50);
    await expect(dumpWithPglite(database, [], join(folder, 'cancelled.sql'), cancelled)).rejects.toMatchObject({
      code: 'RUN.CANCELLED',
    });
  });
});

describe('pg_dump compiled to WASM, against embedded PostgreSQL', () => {
  it('writes a whole plain dump and leaves no settings behind', async () => {
    const host = await startPglite({});
    try {
      await fill(host.database);
      await expectDump(host.database, join(folder, 'embedded.sql'));
      const session = await openPostgres(reach(host.database));
      expect(await session.query('SELECT count(*)::int AS n FROM "a""b"')).toEqual([{ n: 20_000 }]);
      await session.close();
    } finally {
      await host.stop();
    }
  });
});
