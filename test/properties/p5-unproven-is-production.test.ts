import { describe, expect, it } from 'vitest';
import { perform, preview } from '../../src/pipeline.ts';
import { SHOP, SHOP_ROWS, walkOn } from '../support/walk.ts';

const run = { operation: 'run' } as const;

async function requirementsOn(
  environment: string,
  files: Readonly<Record<string, string>>,
  databases: Readonly<Record<string, string>> = {},
) {
  const walk = walkOn({ ...SHOP, ...files }, { 'shop.db': SHOP_ROWS, 'live.db': SHOP_ROWS, ...databases });
  const found = await preview(walk.call, { environment }, run);
  return { walk, ...found };
}

describe('P5: an environment that cannot be proven harmless is treated as production', () => {
  it('asks nobody in development on a local file', async () => {
    const { requirements, plan } = await requirementsOn('development', {});
    expect(plan?.environment.protected).toBe(false);
    expect(requirements.consent).toBeUndefined();
  });

  it.each(['production', 'prod', 'staging', 'live', 'qa7', 'blue'])('asks in %s', async (name) => {
    const { walk, requirements, plan } = await requirementsOn(name, {
      [`.env.${name}`]: 'DATABASE_URL=sqlite:live.db\n',
    });
    expect(plan?.environment.protected).toBe(true);
    expect(requirements.consent).toBeDefined();
    expect(await perform(walk.call, plan?.id ?? '')).toMatchObject({ kind: 'needs-consent' });
  });

  it('asks in development too when the database says production', async () => {
    const { plan } = await requirementsOn(
      'development',
      { '.env': 'DATABASE_URL=sqlite:shop_production.db\n' },
      { 'shop_production.db': SHOP_ROWS },
    );
    expect(plan?.environment.protected).toBe(true);
  });

  it('configuration tightens and never loosens', async () => {
    const tighter = {
      'lockkeeper.config.json': JSON.stringify({ environments: { development: { protected: true } } }),
    };
    expect((await requirementsOn('development', tighter)).plan?.environment.protected).toBe(true);
    const looser = { 'lockkeeper.config.json': JSON.stringify({ environments: { production: { protected: false } } }) };
    expect((await requirementsOn('production', looser)).plan?.environment.protected).toBe(true);
  });
});
