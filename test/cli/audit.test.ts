import { beforeEach, describe, expect, it } from 'vitest';
import { type Shop, shopWith } from './lockkeeper.ts';

const RECORDS = '.lockkeeper/state.sqlite';
let shop: Shop;
beforeEach(() => {
  shop = shopWith();
  expect(shop.run(['run']).code).toBe(0);
});

describe('audit --verify', () => {
  it('says that an untouched trail is whole', () => {
    expect(shop.run(['audit', '--verify'])).toMatchObject({ code: 0, stdout: expect.stringContaining('whole') });
    expect(shop.run(['audit']).stdout).toContain('run.finished');
  });

  it.each([
    ['an edited entry', "UPDATE audit SET data = replace(data, 'development', 'production') WHERE position = 1"],
    ['an entry taken out', 'DELETE FROM audit WHERE position = 2'],
    ['a cut tail', 'DELETE FROM audit WHERE position = (SELECT max(position) FROM audit)'],
    ['a tail cut further', 'DELETE FROM audit WHERE position > 1'],
    ['a trail that is gone', 'DELETE FROM audit'],
  ])('sees %s', (_what, sql) => {
    shop.sql(RECORDS, sql);
    const done = shop.run(['audit', '--verify']);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('AUDIT.BROKEN');
    expect(shop.json(['audit', '--verify'])).toMatchObject({ outcome: 'failed', error: { code: 'AUDIT.BROKEN' } });
  });
});
