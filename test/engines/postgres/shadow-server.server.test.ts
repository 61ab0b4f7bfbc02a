import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../../src/io/workbench.ts';
import { handleFor } from '../../../src/io/handle.ts';
import { Secret } from '../../../src/io/secret.ts';
import { shadow } from '../../../src/engines/postgres/shadow.ts';
import { startPostgres } from '../../support/postgres.ts';

describe('a shadow server that the user set aside', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('gets a database of its own for each shadow, and keeps none', async () => {
    const shadowServer = handleFor(Secret.of(server.url), '/');
    const bench = createWorkbench({ root: '/', signal: new AbortController().signal, progress() {}, shadowServer });
    const names = async () => {
      const session = await bench.connect(shadowServer);
      const rows = await session.query("SELECT datname FROM pg_database WHERE datname LIKE 'lockkeeper%'");
      await session.close();
      return rows.length;
    };
    try {
      const one = await shadow(bench, { rows: true, version: '15.0' });
      expect(one.server.kind).toBe('configured shadow server');
      expect(await names()).toBe(1);
      const session = await bench.connect(one.database);
      await session.execute('CREATE TABLE t (id integer)');
      await session.close();
      await one.dispose();
      expect(await names()).toBe(0);
    } finally {
      await bench.dispose();
    }
  });
});
