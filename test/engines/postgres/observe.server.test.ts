import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/core/database-engine.ts';
import type { Session } from '../../../src/core/ports.ts';
import { observe } from '../../../src/engines/postgres/observe.ts';
import { handleOf, testBench } from '../../support/bench.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../../support/postgres.ts';

describe.runIf(havePostgres())('observing statements on PostgreSQL', () => {
  const bench = testBench();
  let server: PostgresServer;
  let session: Session;
  beforeAll(async () => {
    server = await startPostgres();
    session = await bench.connect(handleOf(server.url));
    await session.execute('CREATE TABLE boats (id int PRIMARY KEY, name text, pier int)');
    await session.execute("INSERT INTO boats SELECT n, 'boat', n FROM generate_series(1, 1000) AS n");
    await session.execute('CREATE TABLE orders (boat int)');
    await session.execute('INSERT INTO orders SELECT generate_series(1, 100)');
  });
  afterAll(async () => {
    await session?.close();
    server?.stop();
  });
  const seen = async (...statements: string[]): Promise<Observation[]> => {
    const found: Observation[] = [];
    await session.execute('BEGIN');
    const observer = await observe(session);
    for (const sql of statements) {
      await observer.before();
      await session.execute(sql);
      found.push(await observer.after());
    }
    await session.execute('ROLLBACK');
    return found;
  };
  const strongest = (observation: Observation | undefined, table: string): string | undefined =>
    observation?.locks.find((lock) => lock.table === table)?.mode;

  it('sees a rewrite, its lock and the rows it read', async () => {
    const [rewrite] = await seen('ALTER TABLE boats ALTER COLUMN pier TYPE bigint');
    expect(rewrite).toMatchObject({ blocks: 'reads-and-writes', rewrites: ['public.boats'] });
    expect(strongest(rewrite, 'public.boats')).toBe('AccessExclusiveLock');
    expect(rewrite?.rowsRead).toBeGreaterThanOrEqual(1000);
  });

  it('tells apart what only blocks writes, what blocks nothing, and what was not there before', async () => {
    const [index, column, table, read] = await seen(
      'CREATE INDEX ON boats (name)',
      'ALTER TABLE boats ADD COLUMN note text',
      'CREATE TABLE fresh (id int)',
      'SELECT * FROM orders',
    );
    expect(index).toMatchObject({ blocks: 'writes', rewrites: [] });
    expect(column).toMatchObject({ blocks: 'reads-and-writes', rewrites: [], rowsRead: 0 });
    expect(table).toMatchObject({ blocks: 'nothing', locks: [], rewrites: [] });
    expect(read).toMatchObject({
      blocks: 'nothing',
      rowsRead: 100,
      locks: [{ table: 'public.orders', mode: 'AccessShareLock' }],
    });
  });

  it('counts changed rows and sees the other side of a foreign key', async () => {
    const [update, remove, key] = await seen(
      'UPDATE boats SET name = name WHERE id <= 10',
      'DELETE FROM orders WHERE boat > 90',
      'ALTER TABLE orders ADD FOREIGN KEY (boat) REFERENCES boats (id)',
    );
    expect(update).toMatchObject({ rowsWritten: 10, blocks: 'nothing' });
    expect(remove).toMatchObject({ rowsWritten: 10 });
    expect(key?.blocks).toBe('writes');
    expect(strongest(key, 'public.boats')).toBe('ShareRowExclusiveLock');
  });

  it('counts TRUNCATE as new storage', async () => {
    const [truncate] = await seen('TRUNCATE orders');
    expect(truncate).toMatchObject({ rewrites: ['public.orders'], blocks: 'reads-and-writes' });
  });
});
