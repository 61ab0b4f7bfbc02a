import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatabaseEngine } from '../../src/core/database-engine.ts';
import { proveBackup, takeBackup } from '../../src/execute/back-up.ts';
import { createWorkbench } from '../../src/io/workbench.ts';
import { look, perform, preview } from '../../src/pipeline.ts';
import { type Walk, walkOn } from '../support/walk.ts';

async function withSite<T>(walk: Walk, work: (site: Parameters<typeof takeBackup>[0]) => Promise<T>): Promise<T> {
  const bench = createWorkbench(walk.call);
  const place = await look(walk.call, {});
  try {
    const state = await walk.state();
    return await work({
      engine: place.engine,
      environment: place.environment,
      database: place.database,
      bench,
      state,
      folder: join(state.folder, 'backups'),
    });
  } finally {
    await place.reader.close();
    await bench.dispose();
  }
}

describe('P6: the word backup means restored somewhere else and compared', () => {
  it('is unverified until then, and says where it was restored', async () => {
    await withSite(walkOn(), async (site) => {
      const taken = await takeBackup(site, { kind: 'full' });
      expect(taken).toMatchObject({ verified: 'unverified', tables: 1, rows: 500 });
      const proven = await proveBackup(site, taken);
      expect(proven.verified).toBe('restored');
      expect(proven.verifiedOn).toBeDefined();
    });
  });

  it('a file with one byte changed is not one', async () => {
    const walk = walkOn();
    await withSite(walk, async (site) => {
      const taken = await takeBackup(site, { kind: 'full' });
      const file = join(taken.location, taken.file);
      const bytes = readFileSync(file);
      bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 0xff;
      writeFileSync(file, bytes);
      await expect(proveBackup(site, taken)).rejects.toMatchObject({ code: 'BACKUP.DAMAGED' });
      expect((await walk.state()).backups.get(taken.id)?.verified).toBe('unverified');
    });
  });

  it('nor is one that still opens, but is not the file that was written', async () => {
    const walk = walkOn();
    await withSite(walk, async (site) => {
      const taken = await takeBackup(site, { kind: 'full' });
      appendFileSync(join(taken.location, taken.file), 'more');
      await expect(proveBackup(site, taken)).rejects.toMatchObject({ code: 'BACKUP.DAMAGED' });
    });
  });

  it.each([
    ['a row', 'DELETE FROM customers WHERE id = 7'],
    ['a value', "UPDATE customers SET name = 'someone else' WHERE id = 7"],
    ['a table', 'DROP TABLE customers'],
    ['an index more', 'CREATE INDEX more ON customers (name)'],
  ])('a restore that differs by %s is not one', async (_what, harm) => {
    const walk = walkOn();
    await withSite(walk, async (site) => {
      // The crash is played: a restore that loses something on the way.
      const lossy: DatabaseEngine = {
        ...site.engine,
        async restore(bench, file, into, options) {
          await site.engine.restore(bench, file, into, options);
          const session = await bench.connect(into);
          await session.execute(harm);
          await session.close();
        },
      };
      const taken = await takeBackup(site, { kind: 'full' });
      await expect(proveBackup({ ...site, engine: lossy }, taken)).rejects.toMatchObject({
        code: 'BACKUP.NOT_VERIFIED',
      });
      expect((await walk.state()).backups.get(taken.id)?.verified).toBe('unverified');
    });
  });

  it('leaves no half-written folder behind when it fails', async () => {
    const walk = walkOn();
    await withSite(walk, async (site) => {
      const failing: DatabaseEngine = { ...site.engine, backup: () => Promise.reject(new Error('the disk is gone')) };
      await expect(takeBackup({ ...site, engine: failing }, { kind: 'full' })).rejects.toThrow();
      expect(readdirSync(site.folder)).toEqual([]);
    });
  });

  it('a record that someone else wrote proves nothing, and is not chosen', async () => {
    const walk = walkOn();
    await withSite(walk, async (site) => {
      const taken = await proveBackup(site, await takeBackup(site, { kind: 'full' }));
      const { backups } = await walk.state();
      expect(backups.get(taken.id)).toEqual(taken);
      walk.sql(
        "UPDATE backups SET manifest = json_set(manifest, '$.file', 'other.sqlite', '$.sha256', 'of another')",
        '.lockkeeper/state.sqlite',
      );
      expect(backups.get(taken.id)).toMatchObject({ verified: 'unverified', foreign: true });
      expect(backups.list()[0]).toMatchObject({ verified: 'unverified', foreign: true });
      await expect(preview(walk.call, {}, { operation: 'restore' })).rejects.toMatchObject({ code: 'BACKUP.UNKNOWN' });
      await expect(preview(walk.call, {}, { operation: 'restore', backupId: taken.id })).rejects.toMatchObject({
        code: 'BACKUP.NOT_VERIFIED',
      });
    });
  });

  it('what is put back is the file that the plan was made for', async () => {
    const walk = walkOn();
    await withSite(walk, async (site) => {
      const taken = await proveBackup(site, await takeBackup(site, { kind: 'full' }));
      const { plan } = await preview(walk.call, {}, { operation: 'restore' });
      expect(plan?.steps.at(-1)?.action).toMatchObject({ backupId: taken.id, sha256: taken.sha256 });
      // Another file under the same id, in a record with a right seal.
      walk.sql('DELETE FROM customers');
      const other = await proveBackup(site, await takeBackup(site, { kind: 'full' }));
      (await walk.state()).backups.put({ ...other, id: taken.id });
      expect(await perform(walk.call, plan?.id ?? '')).toMatchObject({
        outcome: 'refused',
        error: { code: 'PLAN.DRIFTED' },
      });
    });
  });
});
