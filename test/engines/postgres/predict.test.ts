import { describe, expect, it } from 'vitest';
import { EMPTY_SCHEMA } from '../../../src/core/schema.ts';
import { predict } from '../../../src/engines/postgres/predict.ts';
import { split } from '../../../src/engines/postgres/split.ts';

async function after(script: string, version = '15') {
  let state = { schema: EMPTY_SCHEMA, version, heldLocks: [] };
  for (const { sql } of await split(script)) state = { ...state, schema: (await predict(sql, state)).schema };
  return state;
}

/** The same objects, taken for ones that were there before. */
async function existing(script: string, version = '15') {
  const state = await after(script, version);
  const objects = new Map(
    [...state.schema.objects].map(([id, { createdHere: _, ...object }]) => [id, object] as const),
  );
  return { ...state, schema: { ...EMPTY_SCHEMA, objects } };
}

describe('PostgreSQL: predict', () => {
  it('keeps the schema', async () => {
    const { schema } = await after(`
      CREATE TABLE app.users (id serial PRIMARY KEY, "Name" varchar(20) NOT NULL, at timestamp(3) with time zone, tags text[]);
      ALTER TABLE users ADD note text DEFAULT 'x', DROP tags, ALTER at TYPE date, ALTER "Name" DROP NOT NULL;
      ALTER TABLE users RENAME note TO remark; CREATE UNIQUE INDEX by_name ON users ("Name"); ALTER TABLE users RENAME TO people`);
    expect(
      Object.fromEntries(
        [...schema.objects].map(([id, { createdHere: _, definition: __, ...object }]) => [id, object]),
      ),
    ).toEqual({
      'table:app.people': {},
      'table:app.people/column:id': { type: 'integer', notNull: true, default: 'set' },
      'table:app.people/column:"Name"': { type: 'character varying(20)', notNull: false },
      'table:app.people/column:at': { type: 'date', notNull: false },
      'table:app.people/column:remark': { type: 'text', notNull: false, default: 'set' },
      'table:app.people/primary-key:users_pkey': { columns: ['id'] },
      'table:app.people/index:by_name': { columns: ['Name'], method: 'btree', unique: true },
    });
  });

  it.each([
    ['ALTER TABLE t ADD b int', 'AccessExclusiveLock', 'reads-and-writes', false, false],
    ['ALTER TABLE t ADD b uuid DEFAULT gen_random_uuid()', 'AccessExclusiveLock', 'reads-and-writes', true, true],
    ['ALTER TABLE t ALTER a SET NOT NULL', 'AccessExclusiveLock', 'reads-and-writes', true, false],
    ['ALTER TABLE t VALIDATE CONSTRAINT c', 'ShareUpdateExclusiveLock', 'nothing', true, false],
    ['CREATE INDEX ON t (a)', 'ShareLock', 'writes', true, false],
    ['CREATE INDEX CONCURRENTLY ON t (a)', 'ShareUpdateExclusiveLock', 'nothing', true, false],
    ['ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id) NOT VALID', 'ShareRowExclusiveLock', 'writes', false, false],
    ['UPDATE t SET a = 1', 'RowExclusiveLock', 'nothing', true, false],
    ['VACUUM FULL t', 'AccessExclusiveLock', 'reads-and-writes', true, true],
    ['SELECT * FROM t', 'AccessShareLock', 'nothing', true, false],
    ['LOCK t IN SHARE ROW EXCLUSIVE MODE', 'ShareRowExclusiveLock', 'writes', false, false],
  ])('%s takes %s', async (sql, lock, blocks, scans, rewrites) => {
    const { effects } = await predict(sql, await existing('CREATE TABLE t (a int)'));
    expect(effects.find((effect) => effect.relation === 'public.t')).toMatchObject({ lock, blocks, scans, rewrites });
  });

  it('believes a valid CHECK from version 12 on, and only one that proves it', async () => {
    const scans = async (check: string, version: string) => {
      const state = await existing(`CREATE TABLE t (a int, b int); ALTER TABLE t ADD CONSTRAINT c ${check}`, version);
      return (await predict('ALTER TABLE t ALTER a SET NOT NULL', state)).effects[0]?.scans;
    };
    expect(await scans('CHECK (a IS NOT NULL)', '15')).toBe(false);
    expect(await scans('CHECK (b > 1 AND (a IS NOT NULL))', '15')).toBe(false);
    expect(await scans('CHECK (a IS NOT NULL)', '11')).toBe(true);
    expect(await scans('CHECK (a IS NOT NULL) NOT VALID', '15')).toBe(true);
    expect(await scans('CHECK (a IS NOT NULL OR b > 1)', '15')).toBe(true);
    expect(await scans('CHECK (b IS NOT NULL)', '15')).toBe(true);
  });

  it.each([
    'DO $$ BEGIN END $$',
    'CALL tidy()',
    'SELECT tidy()',
    'INSERT INTO t VALUES (tidy())',
    "COPY t FROM PROGRAM 'x'",
  ])('cannot see through %s', async (sql) => {
    const { changes } = await predict(sql, { schema: EMPTY_SCHEMA, version: '15', heldLocks: [] });
    expect(changes.map((change) => change.kind)).toContain('opaque');
  });

  it.each(['SELECT 1; DROP TABLE users', 'SELEC 1', 'SELECT 1 \0 DROP TABLE users'])(
    'does not pretend to read %j',
    async (sql) => {
      const prediction = await predict(sql, { schema: EMPTY_SCHEMA, version: '15', heldLocks: [] });
      expect(prediction).toMatchObject({ parsed: false, changes: [{ kind: 'opaque' }] });
    },
  );

  it('follows partitions and foreign keys', async () => {
    const state = await existing(`
      CREATE TABLE logs (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int REFERENCES a)`);
    const relations = async (sql: string) =>
      (await predict(sql, state)).effects.map((effect) => effect.relation).sort();
    expect(await relations('CREATE INDEX ON logs (at)')).toEqual(['public.logs', 'public.logs_1']);
    expect(await relations('DROP TABLE b')).toEqual(['public.a', 'public.b']);
    expect(await relations('DROP TABLE logs_1')).toEqual(['public.logs', 'public.logs_1']);
  });
});
