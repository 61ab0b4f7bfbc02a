import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/context/config.ts';
import { findEnvironments } from '../../src/context/environments.ts';
import { shadowServer } from '../../src/context/shadow-server.ts';
import { readWorkspace } from '../../src/context/workspace-context.ts';
import { connectionOptions } from '../../src/io/database/postgres-url.ts';
import { Secret } from '../../src/io/secret.ts';
import { perform, preview } from '../../src/pipeline.ts';
import { SHOP, SHOP_ROWS, walkOn } from '../support/walk.ts';
import { workspaceOf } from '../support/workspace.ts';

async function development(url: string) {
  const files = await workspaceOf({ '.env': `DATABASE_URL=${url}` });
  const [found] = await findEnvironments(files, undefined, {}, await readConfig(files));
  return found;
}

describe('an address that leads elsewhere than it seems', () => {
  it.each([
    'postgres://localhost/app?host=db.example.com',
    'postgres://localhost/app?%68ost=db.example.com',
    'postgres://localhost/app?host=localhost&host=db.example.com',
    'postgres://localhost/app?host=localhost,db.example.com',
  ])('%s is judged by the host that is connected to', async (url) => {
    expect(await development(url)).toMatchObject({ protected: true, kind: 'unknown' });
  });

  it.each([
    'postgres://localhost/app?hostaddr=10.1.2.3',
    'postgres://localhost/app?%68ostaddr=10.1.2.3',
    'postgres://localhost/app?dbname=live',
    'postgres://localhost/app?service=live',
    'postgres://localhost/app?connectionString=postgres://db.example.com/live',
  ])('%s is not connected to', (url) => {
    expect(() => connectionOptions(Secret.of(url), '/w', 'test')).toThrow(
      expect.objectContaining({ code: 'CONFIG.INVALID' }),
    );
  });

  it('judges a SQLite file by its own path and by the links that lead to it', async () => {
    const walk = walkOn(
      { ...SHOP, '.env': 'DATABASE_URL=sqlite:dev.db\n', '.env.test': 'DATABASE_URL=sqlite:production.db\n' },
      { 'live.db': SHOP_ROWS, 'shop.db': SHOP_ROWS },
    );
    symlinkSync('live.db', join(walk.root, 'dev.db'));
    symlinkSync('shop.db', join(walk.root, 'production.db'));
    const { files, config } = await readWorkspace(walk.root);
    const found = await findEnvironments(files, undefined, {}, config);
    expect(found.find(({ name }) => name === 'development')).toMatchObject({ protected: true, place: 'live.db' });
    expect(found.find(({ name }) => name === 'test')).toMatchObject({ protected: true, place: 'shop.db' });
  });

  it('no shadow is made on a server that is not proven harmless', async () => {
    const walk = walkOn({
      '.env.production': 'DATABASE_URL=postgres://db.example.com/live\n',
      'lockkeeper.config.json': JSON.stringify({
        shadow: { url: { file: '.env.production', variable: 'DATABASE_URL' } },
      }),
    });
    await expect(shadowServer(await readWorkspace(walk.root))).rejects.toMatchObject({ code: 'CONFIG.INVALID' });
  });
});

describe('an address that is changed while a plan runs', () => {
  it('writes to no other database than the one the plan names', async () => {
    const walk = walkOn(
      { ...SHOP, '.env': 'DATABASE_URL=sqlite:shop.db\n' },
      { 'shop.db': SHOP_ROWS, 'other.db': SHOP_ROWS },
    );
    const { plan } = await preview(walk.call, {}, { operation: 'run' });
    walk.write('.env', 'DATABASE_URL=sqlite:other.db\n');
    const call = {
      ...walk.call,
      // Back again before the plan is made again under the lock.
      progress: (message: string) => {
        if (message.startsWith('Planning again')) walk.write('.env', 'DATABASE_URL=sqlite:shop.db\n');
      },
    };
    expect(await perform(call, plan?.id ?? '')).toMatchObject({ outcome: 'refused', error: { code: 'PLAN.DRIFTED' } });
    for (const file of ['shop.db', 'other.db'])
      expect(walk.sql("SELECT name FROM pragma_table_info('customers')", file)).toHaveLength(3);
  });

  it('nor where a link is turned', async () => {
    const walk = walkOn(
      { ...SHOP, '.env': 'DATABASE_URL=sqlite:dev.db\n' },
      { 'shop.db': SHOP_ROWS, 'other.db': SHOP_ROWS },
    );
    const turn = (file: string) => {
      symlinkSync(file, join(walk.root, 'next'));
      renameSync(join(walk.root, 'next'), join(walk.root, 'dev.db'));
    };
    turn('shop.db');
    const { plan } = await preview(walk.call, {}, { operation: 'run' });
    turn('other.db');
    const call = {
      ...walk.call,
      progress: (message: string) => {
        if (message.startsWith('Planning again')) turn('shop.db');
      },
    };
    expect(await perform(call, plan?.id ?? '')).toMatchObject({ outcome: 'refused' });
    expect(walk.sql("SELECT name FROM pragma_table_info('customers')", 'other.db')).toHaveLength(3);
    unlinkSync(join(walk.root, 'dev.db'));
  });
});
