import { describe, expect, it } from 'vitest';
import { execute, type Site } from '../../src/execute/execute.ts';
import { type Approval, redeem, review } from '../../src/gate/gate.ts';
import { perform, preview } from '../../src/pipeline.ts';
import { SHOP, SHOP_ROWS, walkOn } from '../support/walk.ts';

const run = { operation: 'run' } as const;
const columns = "SELECT name FROM pragma_table_info('customers')";

async function approvedOn(walk: ReturnType<typeof walkOn>): Promise<Approval> {
  const { plan } = await preview(walk.call, {}, run);
  const { consents } = await walk.state();
  if (!plan) throw new Error('no plan');
  const verdict = review(plan, { consents, rehearsal: undefined, policy: {}, now: new Date() });
  if (verdict.kind !== 'approved') throw new Error(verdict.kind);
  return verdict.approval;
}

describe('P2: nothing writes without an approval, and only the gate can make one', () => {
  it('an approval is redeemed once', async () => {
    const approval = await approvedOn(walkOn());
    expect(redeem(approval).operation).toBe('run');
    expect(() => redeem(approval)).toThrow(TypeError);
  });

  it('a copy, a clone, a look-alike and a plan are no approvals', async () => {
    const walk = walkOn();
    const approval = await approvedOn(walk);
    const site = {} as Site;
    const fakes: unknown[] = [
      { ...approval },
      structuredClone(approval),
      Object.create(approval),
      {},
      Object.freeze(Object.create(null)),
      (await preview(walk.call, {}, run)).plan,
    ];
    for (const fake of fakes) await expect(execute(fake as Approval, site)).rejects.toThrow(TypeError);
    expect(walk.sql(columns)).toHaveLength(3);
  });

  it('a plan runs once', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, {}, run);
    expect(await perform(walk.call, plan?.id ?? '')).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
    expect(walk.sql(columns)).toHaveLength(4);
    await expect(perform(walk.call, plan?.id ?? '')).rejects.toMatchObject({ code: 'PLAN.SPENT' });
  });

  it('a plan that is run twice at once runs once', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, {}, run);
    const both = await Promise.allSettled([perform(walk.call, plan?.id ?? ''), perform(walk.call, plan?.id ?? '')]);
    const refused = both.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ code: 'PLAN.SPENT' });
  });

  it('an expired plan does not run', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, {}, run);
    const later = new Date(Date.now() + 2 * 3_600_000);
    const { plans } = await walk.state();
    expect(() => plans.get(plan?.id ?? '', later)).toThrow(expect.objectContaining({ code: 'PLAN.EXPIRED' }));
  });

  it.each([
    [
      'a file was edited',
      (walk: ReturnType<typeof walkOn>) =>
        walk.write('migrations/20260101000000_add_phone.sql', '-- UP\nDROP TABLE customers;\n'),
    ],
    [
      'another migration came in',
      (walk: ReturnType<typeof walkOn>) =>
        walk.write('migrations/20260102000000_more.sql', '-- UP\nCREATE TABLE more (id INTEGER);\n'),
    ],
    [
      'the schema was changed by hand',
      (walk: ReturnType<typeof walkOn>) => void walk.sql('CREATE INDEX by_hand ON customers (name)'),
    ],
    [
      'someone else ran it',
      (walk: ReturnType<typeof walkOn>) =>
        void walk.sql(
          "CREATE TABLE _migrations (id INTEGER PRIMARY KEY, filename TEXT, applied_at TEXT);\nINSERT INTO _migrations (filename) VALUES ('20260101000000_add_phone.sql')",
        ),
    ],
    [
      'the URL leads to another database',
      (walk: ReturnType<typeof walkOn>) => walk.write('.env', 'DATABASE_URL=sqlite:other.db\n'),
    ],
  ])('stops before the first write when %s', async (_what, change) => {
    const walk = walkOn(SHOP, { 'shop.db': SHOP_ROWS, 'live.db': SHOP_ROWS, 'other.db': SHOP_ROWS });
    const { plan } = await preview(walk.call, {}, run);
    change(walk);
    const report = await perform(walk.call, plan?.id ?? '');
    expect(report).toMatchObject({ outcome: 'refused', error: { code: 'PLAN.DRIFTED' } });
    expect(walk.sql(columns)).toHaveLength(3);
    expect(walk.sql(columns, 'other.db')).toHaveLength(3);
  });

  it('a stored plan that was tampered with does not count', async () => {
    const walk = walkOn();
    const { plan } = await preview(walk.call, { environment: 'production' }, run);
    walk.sql(
      `UPDATE plans SET plan = replace(plan, '"protected":true', '"protected":false')`,
      '.lockkeeper/state.sqlite',
    );
    await expect(perform(walk.call, plan?.id ?? '')).rejects.toMatchObject({ code: 'PLAN.UNKNOWN' });
    expect(walk.sql(columns, 'live.db')).toHaveLength(3);
  });
});
