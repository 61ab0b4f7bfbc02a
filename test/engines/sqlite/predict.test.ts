import { describe, expect, it } from 'vitest';
import { EMPTY_SCHEMA, type Schema } from '../../../src/core/schema.ts';
import { predict } from '../../../src/engines/sqlite/predict.ts';
import { split } from '../../../src/engines/sqlite/split.ts';
import { judgeStatements } from '../../../src/hazards/judge.ts';

const engine = { id: 'sqlite' as const, predict };

async function existing(script: string): Promise<Schema> {
  const { schemaAfter } = await judgeStatements(engine, await split(script), {
    schema: EMPTY_SCHEMA,
    version: '3.46',
    transaction: false,
  });
  const objects = new Map([...schemaAfter.objects].map(([id, { createdHere: _, ...object }]) => [id, object] as const));
  return { ...EMPTY_SCHEMA, objects };
}

async function hazards(script: string, schema: Schema) {
  const judged = await judgeStatements(engine, await split(script), { schema, version: '3.46', transaction: false });
  return judged.hazards.map((hazard) => hazard.rule);
}

const TABLES =
  'CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT); CREATE TABLE kid (tid INT REFERENCES t (id) ON DELETE CASCADE);';

describe('SQLite: predict', () => {
  it.each([
    ['ALTER TABLE T ADD COLUMN n INT', 'writes', false, false],
    ['ALTER TABLE t DROP COLUMN b', 'writes', true, true],
    ['ALTER TABLE t RENAME COLUMN b TO c', 'writes', false, false],
    ['CREATE INDEX i ON t (a)', 'writes', true, false],
    ['UPDATE t SET a = 1 WHERE id = 2', 'writes', false, false],
    ['UPDATE t SET a = 1', 'writes', true, false],
    ['SELECT * FROM t', 'nothing', true, false],
  ])('%s blocks %s', async (sql, blocks, scans, rewrites) => {
    const { effects } = await predict(sql, { schema: await existing(TABLES), version: '3.46', heldLocks: [] });
    expect(effects.find((effect) => effect.relation === 't')).toMatchObject({ blocks, scans, rewrites });
  });

  it('knows a rebuild that keeps every column', async () => {
    const script = `PRAGMA foreign_keys = OFF; BEGIN; CREATE TABLE new_t (id INTEGER PRIMARY KEY, a INT NOT NULL, b TEXT);
      INSERT INTO new_t (id, a, b) SELECT id, coalesce(a, 0), b FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t; COMMIT`;
    expect(await hazards(script, await existing(TABLES))).toEqual(['rewrite-table']);
  });

  it('sees what a rebuild loses', async () => {
    const rebuild = (
      columns: string,
      rest = '',
    ) => `PRAGMA foreign_keys = OFF; BEGIN; CREATE TABLE new_t (id INTEGER PRIMARY KEY, a INT);
      INSERT INTO new_t (${columns}) SELECT ${columns} FROM t ${rest}; DROP TABLE t; ALTER TABLE new_t RENAME TO t; COMMIT`;
    const schema = await existing(TABLES);
    expect(await hazards(rebuild('id, a'), schema)).toEqual(['drop-column', 'rewrite-table']);
    expect(await hazards(rebuild('id, a', 'WHERE a > 1'), schema)).toEqual(['drop-table']);
  });

  it('sees children emptied where foreign keys stay on', async () => {
    const script = `BEGIN; PRAGMA foreign_keys = OFF; CREATE TABLE new_t (id INTEGER PRIMARY KEY, a INT, b TEXT);
      INSERT INTO new_t SELECT * FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t; COMMIT`;
    const found = await hazards(script, await existing(TABLES));
    expect(found).toContain('sqlite-foreign-keys-pragma');
    // Judged as SQLite does it: the PRAGMA above counts for nothing.
    expect(found).toContain('sqlite-drop-table-cascades');
  });

  it('takes the rebuilt table for the old one afterwards', async () => {
    const script = `CREATE TABLE n (id INTEGER PRIMARY KEY, a INT, b TEXT); INSERT INTO n SELECT * FROM t; DROP TABLE t;
      ALTER TABLE n RENAME TO t; ALTER TABLE t DROP COLUMN b`;
    expect(await hazards(script, await existing(TABLES))).toContain('drop-column');
  });

  it.each(['VACUUM', "ATTACH 'x' AS y", 'DETACH y'])('%s is refused in a transaction', async (sql) => {
    expect((await predict(sql, { schema: EMPTY_SCHEMA, version: '3.46', heldLocks: [] })).refusesTransaction).toBe(
      true,
    );
  });

  it.each(['SELEC 1', 'SELECT 1; DROP TABLE t', 'SELECT 1 \0 DROP TABLE t'])(
    'does not pretend to read %j',
    async (sql) => {
      const prediction = await predict(sql, { schema: EMPTY_SCHEMA, version: '3.46', heldLocks: [] });
      expect(prediction).toMatchObject({ parsed: false, changes: [{ kind: 'opaque' }] });
    },
  );
});
