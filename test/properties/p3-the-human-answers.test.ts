import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { giveConsent } from '../../src/gate/consent.ts';
import { perform, preview } from '../../src/pipeline.ts';
import { openState } from '../../src/state/open-state.ts';
import { walkOn } from '../support/walk.ts';

const run = { operation: 'run' } as const;
const production = { environment: 'production' };
const columns = "SELECT name FROM pragma_table_info('customers')";

describe('P3: the model cannot give the human’s answer', () => {
  it('without consent a protected environment is not written to', async () => {
    const walk = walkOn();
    const { plan, requirements } = await preview(walk.call, production, run);
    expect(requirements.consent).toBeDefined();
    expect(await perform(walk.call, plan?.id ?? '')).toMatchObject({ kind: 'needs-consent' });
    expect(walk.sql(columns, 'live.db')).toHaveLength(3);
  });

  it('the reason given never holds what would grant it', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, production, run);
    const held = await perform(walk.call, plan?.id ?? '');
    expect('reason' in held ? held.reason : '').not.toContain('live.db');
  });

  it('only the name that the server gives itself is an answer', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, production, run);
    const { consents } = await walk.state();
    if (!plan) throw new Error('no plan');
    for (const typedName of [
      '',
      ' ',
      'yes',
      'y',
      'true',
      'live',
      'LIVE.DB',
      'production',
      undefined,
      null,
      true,
      1,
      {},
      plan.digest,
      plan.id,
    ])
      expect(
        () => giveConsent(plan, { typedName, channel: 'terminal' }, consents, new Date()),
        String(typedName),
      ).toThrow(expect.objectContaining({ code: 'GATE.DECLINED' }));
    expect(await perform(walk.call, plan.id)).toMatchObject({ kind: 'needs-consent' });
  });

  it('with it the plan runs, and the consent is spent', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, production, run);
    const { consents } = await walk.state();
    if (!plan) throw new Error('no plan');
    giveConsent(plan, { typedName: ' live.db ', channel: 'terminal' }, consents, new Date());
    expect(consents.find(plan.digest, new Date())).toMatchObject({ channel: 'terminal' });
    expect(await perform(walk.call, plan.id)).toMatchObject({ outcome: 'done', backup: { verified: 'restored' } });
    expect(walk.sql(columns, 'live.db')).toHaveLength(4);
    expect(consents.find(plan.digest, new Date())).toBeUndefined();
  });

  it('is given for one plan digest, for ten minutes, once', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, production, run);
    const { consents } = await walk.state();
    if (!plan) throw new Error('no plan');
    giveConsent(plan, { typedName: 'live.db', channel: 'terminal' }, consents, new Date());
    expect(consents.spend('sha256:other', new Date())).toBe(false);
    expect(consents.spend(plan.digest, new Date(Date.now() + 11 * 60_000))).toBe(false);
    expect(consents.spend(plan.digest, new Date())).toBe(true);
    expect(consents.spend(plan.digest, new Date())).toBe(false);
  });

  it('a consent written by anyone without the key counts for nothing', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, production, run);
    const later = new Date(Date.now() + 600_000).toISOString();
    await walk.state();
    walk.sql(
      `INSERT INTO consents (plan_digest, channel, granted_at, expires_at, seal) VALUES ('${plan?.digest}', 'terminal', '${new Date().toISOString()}', '${later}', '${'0'.repeat(64)}')`,
      '.lockkeeper/state.sqlite',
    );
    expect(await perform(walk.call, plan?.id ?? '')).toMatchObject({ kind: 'needs-consent' });
  });

  it('no environment variable consents', async () => {
    const walk = walkOn();
    const names = [
      'LOCKKEEPER_YES',
      'LOCKKEEPER_CONFIRM',
      'LOCKKEEPER_FORCE',
      'LOCKKEEPER_APPROVE',
      'CI',
      'YES',
      'FORCE',
    ];
    for (const name of names) process.env[name] = 'live.db';
    try {
      const { plan } = await preview(walk.call, production, run);
      expect(await perform(walk.call, plan?.id ?? '')).toMatchObject({ kind: 'needs-consent' });
    } finally {
      for (const name of names) delete process.env[name];
    }
  });

  it('no key that seals consents lies where the workspace is edited', async () => {
    const walk = walkOn();
    const outside = process.env.XDG_CONFIG_HOME;
    try {
      for (const folder of [join(walk.root, 'config'), join(walk.root, '.lockkeeper/../x'), walk.root]) {
        process.env.XDG_CONFIG_HOME = folder;
        await expect(openState(walk.root)).rejects.toMatchObject({ code: 'STATE.UNUSABLE' });
        expect(existsSync(join(folder, 'lockkeeper'))).toBe(false);
      }
    } finally {
      process.env.XDG_CONFIG_HOME = outside;
    }
  });

  it('no title of a step holds what would grant it', async () => {
    const { plan } = await preview(walkOn().call, production, run);
    expect(JSON.stringify(plan?.steps.map((step) => step.title))).not.toContain('live.db');
  });
});
