import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preview } from '../../src/pipeline.ts';
import { digestOfPlan } from '../../src/plan/freeze-plan.ts';
import { SHOP, SHOP_ROWS, walkOn } from '../support/walk.ts';

const run = { operation: 'run' } as const;

describe('P1: a plan is a value', () => {
  it('planning leaves the workspace and the database byte for byte as they were', async () => {
    const walk = walkOn();
    const bytes = () =>
      Object.fromEntries(
        readdirSync(walk.root)
          .filter((name) => /\.db/.test(name))
          .map((name) => [name, readFileSync(join(walk.root, name)).toString('base64')]),
      );
    const before = bytes();
    const { plan } = await preview(walk.call, {}, run);
    expect(plan?.steps.length).toBeGreaterThan(0);
    expect(bytes()).toEqual(before);
    expect(readdirSync(walk.root).sort()).toEqual([
      '.env',
      '.env.production',
      '.lockkeeper',
      'live.db',
      'migrations',
      'shop.db',
    ]);
  });

  it('is frozen all the way down', async () => {
    const { plan } = await preview(walkOn().call, {}, run);
    const step = plan?.steps[0];
    expect(() => Object.assign(plan ?? {}, { risk: 'safe' })).toThrow(TypeError);
    expect(() => Object.assign(step?.action ?? {}, { statements: ['DROP TABLE customers'] })).toThrow(TypeError);
    expect(() => ((step?.hazards ?? []) as unknown[]).push(1)).toThrow(TypeError);
    expect(() => Object.assign(plan?.environment.database ?? {}, { name: 'x' })).toThrow(TypeError);
  });

  it('asked for twice, has one digest', async () => {
    const walk = walkOn();
    const [one, two] = [await preview(walk.call, {}, run), await preview(walk.call, {}, run)];
    expect(one.plan?.digest).toBe(two.plan?.digest);
    expect(one.plan?.id).not.toBe(two.plan?.id);
  });

  it('has another digest when one byte of what would run is another', async () => {
    const walk = walkOn();
    const before = await preview(walk.call, {}, run);
    const file = 'migrations/20260101000000_add_phone.sql';
    walk.write(file, (SHOP[file] ?? '').replace('phone TEXT', 'phone TEXT '));
    expect((await preview(walk.call, {}, run)).plan?.digest).not.toBe(before.plan?.digest);
  });

  it('has another digest on another database with the same contents', async () => {
    const walk = walkOn(SHOP, { 'shop.db': SHOP_ROWS, 'other.db': SHOP_ROWS, 'live.db': SHOP_ROWS });
    const before = await preview(walk.call, {}, run);
    walk.write('.env', 'DATABASE_URL=sqlite:other.db\n');
    const after = await preview(walk.call, {}, run);
    expect(after.plan?.digest).not.toBe(before.plan?.digest);
    expect(after.plan?.environment.database.fingerprint).not.toBe(before.plan?.environment.database.fingerprint);
    if (!after.plan || !before.plan) throw new Error('no plan');
    // Not only by the name: the fingerprint alone must move it.
    const renamed = { ...after.plan, environment: before.plan.environment };
    const swapped = {
      ...renamed,
      environment: {
        ...renamed.environment,
        database: { ...before.plan.environment.database, fingerprint: after.plan.environment.database.fingerprint },
      },
    };
    expect(digestOfPlan(swapped)).not.toBe(digestOfPlan(renamed));
  });

  it('has another digest when what is sent is another, though all that is shown is the same', async () => {
    const { plan } = await preview(walkOn().call, {}, run);
    if (!plan) throw new Error('no plan');
    const steps = plan.steps.map((step) => ({
      ...step,
      action: { kind: 'statements', statements: ['DROP TABLE customers'], transaction: true } as const,
    }));
    expect(digestOfPlan({ ...plan, steps })).not.toBe(plan.digest);
  });
});
