import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lock } from '../../../src/engines/postgres/lock.ts';
import { handleOf, testBench } from '../../support/bench.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../../support/postgres.ts';

describe.runIf(havePostgres())('the migration lock on PostgreSQL', () => {
  const bench = testBench();
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it('is held by one, names who has it, and dies with its session', async () => {
    const database = handleOf(server.url);
    const first = await bench.connect(database, { name: 'lockkeeper run 42' });
    const second = await bench.connect(database);
    const held = await lock(bench, first, database, 'run 42');
    expect(held.held).toBe(true);
    const refused = await lock(bench, second, database, 'run 43');
    expect(refused).toMatchObject({
      held: false,
      by: expect.stringMatching(/lockkeeper run 42.*process \d+ from 127\.0\.0\.1.*since 20/),
    });
    // Another database of the same server has its own.
    await first.execute('CREATE DATABASE other');
    const elsewhere = handleOf(server.urlOf('other'));
    const third = await bench.connect(elsewhere);
    expect((await lock(bench, third, elsewhere, 'run 44')).held).toBe(true);
    await third.close();
    if (held.held) await held.release();
    const again = await lock(bench, second, database, 'run 45');
    expect(again.held).toBe(true);
    await second.close();
    expect((await lock(bench, first, database, 'run 46')).held).toBe(true);
    await first.close();
  });
});
