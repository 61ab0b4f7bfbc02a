import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shadow } from '../../../src/engines/postgres/shadow.ts';
import { handleFor } from '../../../src/io/handle.ts';
import { Secret } from '../../../src/io/secret.ts';
import { createWorkbench } from '../../../src/io/workbench.ts';
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
      const [where] = await session.query(
        "SELECT current_database() AS name, current_setting('is_superuser') AS superuser",
      );
      expect(where).toEqual({ name: expect.stringMatching(/^lockkeeper_shadow_/), superuser: 'off' });
      await session.execute('CREATE TABLE t (id integer)');
      await session.close();
      await one.dispose();
      expect(await names()).toBe(0);
    } finally {
      await bench.dispose();
    }
  });
});
