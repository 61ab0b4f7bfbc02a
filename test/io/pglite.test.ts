import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/core/ports.ts';
import { openPostgres } from '../../src/io/database/postgres.ts';
import { reach } from '../../src/io/handle.ts';
import { startPglite } from '../../src/io/pglite.ts';

describe('embedded PostgreSQL', () => {
  let host: Awaited<ReturnType<typeof startPglite>>;
  const open: Session[] = [];
  const connect = async (options = {}): Promise<Session> => {
    const session = await openPostgres(reach(host.database), options);
    open.push(session);
    return session;
  };
  beforeAll(async () => {
    host = await startPglite({});
  });
  afterAll(async () => {
    for (const session of open) await session.close();
    await host?.stop();
  });

  it('says which PostgreSQL it is', () => {
    expect(Number.parseInt(host.version, 10)).toBeGreaterThanOrEqual(17);
    expect(host.database.engine).toBe('postgres');
    expect(host.database.place).toContain('127.0.0.1');
  });

  it('lets a reader and a writer live side by side, one after the other', async () => {
    const reader = await connect({ readOnly: true, statementMs: 1_000, lockWaitMs: 100 });
    const writer = await connect();
    await writer.execute('CREATE TABLE boats (id int PRIMARY KEY, name text)');
    for (let round = 0; round < 3; round++) {
      expect(await writer.execute(`INSERT INTO boats VALUES (${round}, 'boat')`)).toEqual({ rows: 1 });
      expect(await reader.query('SELECT count(*)::int AS n FROM boats')).toEqual([{ n: round + 1 }]);
    }
    await expect(reader.query('DELETE FROM boats RETURNING id')).rejects.toMatchObject({
      code: 'DATABASE.STATEMENT_FAILED',
    });
    await expect(reader.query('COMMIT; DELETE FROM boats')).rejects.toMatchObject({
      code: 'DATABASE.STATEMENT_FAILED',
    });
    expect(await writer.query('SELECT count(*)::int AS n FROM boats WHERE id >= $1', [1])).toEqual([{ n: 2 }]);
  });

  it('makes others wait while one connection is in a transaction, and goes on when that connection dies', async () => {
    const first = await connect();
    const second = await connect();
    await first.execute('BEGIN');
    await first.execute('CREATE TABLE unfinished (id int)');
    const waiting = second.query("SELECT to_regclass('unfinished') AS found");
    await first.close();
    expect(await waiting).toEqual([{ found: null }]);
  });

  it('streams in batches', async () => {
    const session = await connect();
    let rows = 0;
    let batches = 0;
    for await (const batch of session.stream('SELECT n FROM generate_series(1, 2500) AS n')) {
      rows += batch.length;
      batches++;
    }
    expect({ rows, batches }).toEqual({ rows: 2500, batches: 3 });
  });

  it('cannot be cancelled, and says nothing about it', async () => {
    const session = await connect();
    await expect(session.cancel()).resolves.toBeUndefined();
  });
});

describe('the host process', () => {
  it('is gone after stop', async () => {
    const host = await startPglite({});
    const { url } = reach(host.database);
    await host.stop();
    await expect(openPostgres({ url, root: '/' })).rejects.toMatchObject({ code: 'DATABASE.UNREACHABLE' });
  });
});
