import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Workbench } from '../../../src/core/ports.ts';
import { watched } from '../../../src/engines/postgres/cluster.ts';
import { fingerprint } from '../../../src/engines/postgres/fingerprint.ts';
import { lock } from '../../../src/engines/postgres/lock.ts';
import { observe } from '../../../src/engines/postgres/observe.ts';
import { shadow } from '../../../src/engines/postgres/shadow.ts';
import { testBench } from '../../support/bench.ts';
import { havePostgres } from '../../support/postgres.ts';
import { onWindows } from '../../support/windows.ts';

const folders: string[] = [];
const base = testBench();
const bench: Workbench = {
  ...base,
  async temporaryFolder() {
    const folder = await base.temporaryFolder();
    folders.push(folder.path);
    return folder;
  },
};
afterAll(() => {
  for (const folder of folders) expect(existsSync(folder)).toBe(false);
});

describe.runIf(havePostgres())('a shadow database', () => {
  it('is a cluster of its own, asks for its password, and is gone after dispose', async () => {
    const made = await shadow(bench, { rows: true, version: '15.0' });
    expect(made.server).toMatchObject({ engine: 'postgres', kind: 'throwaway cluster' });
    const session = await bench.connect(made.database);
    expect(await session.query('SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect((await fingerprint(session)).tables).toEqual([]);
    await session.execute('CREATE TABLE t (id int)');
    await session.close();
    const wrong = base.handle(`postgresql://postgres:wrong@${made.database.place.replace(/^[^0-9l]*/, '')}`);
    await expect(base.connect(wrong)).rejects.toMatchObject({ code: 'DATABASE.AUTHENTICATION' });
    await made.dispose();
    await expect(bench.connect(made.database)).rejects.toMatchObject({ code: 'DATABASE.UNREACHABLE' });
  });

  it('leaves nothing behind when the server cannot start', async () => {
    const broken: Workbench = {
      ...bench,
      freePort: async () => 1,
      pglite: {
        ...bench.pglite,
        start: async () => {
          throw new Error('not asked');
        },
      },
    };
    await expect(
      shadow({ ...broken, start: (call) => bench.start({ ...call, argv: ['false'] }) }, { rows: true, version: '15' }),
    ).rejects.toThrow('not asked');
  });
});

describe.skipIf(onWindows('the watcher of a shadow server'))('the watcher of a shadow server', () => {
  it('ends the server and removes its folder when lockkeeper was killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-watched-'));
    // Stand-ins: one process for a lockkeeper that is killed, one for its server.
    const parent = spawn('sleep', ['60']);
    const [program, ...args] = watched(['sleep', '60'], folder, parent.pid);
    const server = spawn(program, args, { detached: true, stdio: 'ignore' });
    const ended = new Promise((resolve) => server.once('exit', resolve));
    parent.kill('SIGKILL');
    await ended;
    await expect.poll(() => existsSync(folder), { timeout: 5_000 }).toBe(false);
  });
});

describe('a shadow database without server programs', () => {
  it('is embedded PostgreSQL, where observing works too and the lock keeps nobody out', async () => {
    const made = await shadow({ ...bench, findProgram: async () => undefined }, { rows: false, version: '15.0' });
    try {
      expect(made.server.kind).toBe('embedded PGlite');
      const session = await bench.connect(made.database);
      await session.execute('CREATE TABLE boats (id int)');
      await session.execute('INSERT INTO boats SELECT generate_series(1, 100)');
      await session.execute('BEGIN');
      const observer = await observe(session);
      await observer.before();
      await session.execute('ALTER TABLE boats ALTER COLUMN id TYPE bigint');
      expect(await observer.after()).toMatchObject({
        locks: [{ table: 'public.boats', mode: 'AccessExclusiveLock' }],
        rewrites: ['public.boats'],
        blocks: 'reads-and-writes',
      });
      await session.execute('COMMIT');
      const other = await bench.connect(made.database);
      const first = await lock(bench, session, made.database, 'first');
      expect([first.held, (await lock(bench, other, made.database, 'second')).held]).toEqual([true, true]);
      await other.close();
      await session.close();
    } finally {
      await made.dispose();
    }
  });
});
