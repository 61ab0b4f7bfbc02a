import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { answerTool } from '../../src/mcp/define-tool.ts';
import { SHOP, walkOn } from '../support/walk.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are whatever the tool gives
type Loose = any;
const through =
  (walk: ReturnType<typeof walkOn>) =>
  async (name: string, input: Record<string, unknown> = {}): Promise<Loose> =>
    answerTool(name, input, walk.call);

describe('planOperation', () => {
  it.each([
    ['migrate production safely', ['backup', 'diff', 'generate', 'run']],
    ['undo the last migration', ['status', 'rollback']],
    ['add a column nick to users', ['generate', 'run']],
    ['please seed the database', ['seed']],
    ['restore yesterday', ['backup', 'restore']],
    ['what is pending?', ['status']],
  ])('reads "%s"', async (request, operations) => {
    const call = through(walkOn());
    const answer = await call('planOperation', { request });
    expect(answer.chain.map((link: Loose) => link.operation)).toEqual(operations);
    if (request.includes('production'))
      expect(answer.next[0]).toMatchObject({ tool: 'backup', args: { action: 'create', environment: 'production' } });
  });

  it('has no way to reset', async () => {
    expect(await through(walkOn())('planOperation', { request: 'reset the database' })).toMatchObject({
      outcome: 'refused',
      error: { code: 'GATE.FORBIDDEN' },
    });
  });

  it('shows a plan again, and says when there is nothing to do', async () => {
    const call = through(walkOn());
    const plan = await call('planOperation', { operation: 'run' });
    expect(await call('planOperation', { planId: plan.planId })).toEqual(plan);
    expect(await call('planOperation', { operation: 'rollback' })).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('plans a restore of the newest proven backup, and the rollback tool runs it', async () => {
    const walk = walkOn();
    const call = through(walk);
    expect(await call('planOperation', { operation: 'restore' })).toMatchObject({
      outcome: 'failed',
      error: { code: 'BACKUP.UNKNOWN' },
    });
    const taken = await call('backup', { action: 'create' });
    expect(taken).toMatchObject({ outcome: 'done', backup: { verified: 'restored', tables: 1, rows: 500 } });
    walk.sql('DELETE FROM customers WHERE id > 100');
    const plan = await call('planOperation', { operation: 'restore' });
    expect(plan).toMatchObject({ outcome: 'done', risk: 'danger', backup: { planned: true } });
    expect(plan.steps.at(-1)).toMatchObject({
      kind: 'restore',
      hazards: [{ kind: 'deletes-data', severity: 'danger' }],
    });
    expect(await call('runMigrations', { planId: plan.planId })).toMatchObject({
      outcome: 'refused',
      error: { code: 'PLAN.WRONG_TOOL' },
      next: [{ tool: 'rollback' }],
    });
    expect(await call('rollback', { planId: plan.planId })).toMatchObject({ outcome: 'done' });
    expect(walk.sql('SELECT count(*) AS n FROM customers')).toEqual([{ n: 500 }]);
  });

  it("says when a backup is another database's", async () => {
    const walk = walkOn();
    const call = through(walk);
    const { backup } = await call('backup', { action: 'create', environment: 'production' });
    const plan = await call('planOperation', { operation: 'restore', backupId: backup.id });
    expect(plan.steps.at(-1).title).toContain('ANOTHER database (production)');
  });
});

describe('seed', () => {
  const seeds = (sql: string) => walkOn({ ...SHOP, 'seeds/one.sql': sql });

  it('runs a seed that repeats', async () => {
    const walk = seeds(
      "INSERT INTO customers (id, email) VALUES (9001, 'seed@example.com') ON CONFLICT (id) DO NOTHING;",
    );
    const call = through(walk);
    const { planId } = await call('planOperation', { operation: 'seed' });
    expect(await call('seed', { planId })).toMatchObject({ outcome: 'done' });
    expect(walk.sql("SELECT count(*) AS n FROM customers WHERE email = 'seed@example.com'")).toEqual([{ n: 1 }]);
  });

  it('refuses one that does not', async () => {
    const walk = seeds("INSERT INTO customers (email) VALUES ('seed@example.com');");
    const call = through(walk);
    const { planId } = await call('planOperation', { operation: 'seed' });
    expect(await call('seed', { planId })).toMatchObject({
      outcome: 'refused',
      error: { code: 'SEED.NOT_IDEMPOTENT' },
    });
    expect(walk.sql("SELECT count(*) AS n FROM customers WHERE email = 'seed@example.com'")).toEqual([{ n: 0 }]);
  });
});

describe('analyzeMigration', () => {
  it('works with nothing at all', async () => {
    const answer = await through(walkOn({}, {}))('analyzeMigration', {
      sql: 'BEGIN; ALTER TABLE users DROP COLUMN email; COMMIT;',
      engine: 'postgres',
    });
    expect(answer).toMatchObject({
      outcome: 'done',
      verdict: 'dangerous',
      unparsed: 0,
      basis: expect.stringContaining('text alone'),
    });
    expect(answer.findings).toContainEqual(expect.objectContaining({ kind: 'deletes-data', line: 1 }));
  });

  it('judges what is pending on the live schema, and names file and line', async () => {
    const answer = await through(
      walkOn({ ...SHOP, 'migrations/20260102000000_drop.sql': '-- UP\nDROP TABLE customers;\n-- DOWN\nSELECT 1;\n' }),
    )('analyzeMigration');
    expect(answer).toMatchObject({ verdict: 'dangerous', basis: expect.stringContaining('development') });
    expect(answer.findings).toContainEqual(
      expect.objectContaining({ kind: 'deletes-data', file: 'migrations/20260102000000_drop.sql', line: 2 }),
    );
    expect(answer.statements).toHaveLength(2);
  });

  it('judges only the half of a file that goes up', async () => {
    const answer = await through(walkOn())('analyzeMigration', { files: ['migrations/20260101000000_add_phone.sql'] });
    expect(answer).toMatchObject({
      verdict: 'safe',
      statements: [{ file: 'migrations/20260101000000_add_phone.sql', line: 2 }],
    });
  });

  it('falls back to the text where the database is away, and says so', async () => {
    const answer = await through(walkOn({ '.env': 'DATABASE_URL=postgres://127.0.0.1:1/app\n' }, {}))(
      'analyzeMigration',
      { sql: 'CREATE INDEX ON t (a)' },
    );
    expect(answer).toMatchObject({ outcome: 'done', basis: expect.stringContaining('DATABASE.UNREACHABLE') });
  });

  it('does not read outside the workspace', async () => {
    expect(await through(walkOn())('analyzeMigration', { files: ['../../etc/passwd'] })).toMatchObject({
      outcome: 'refused',
      error: { code: 'WORKSPACE.OUTSIDE' },
    });
  });
});

describe('diffSchemas', () => {
  it('compares migrations, environments, backups and files', async () => {
    const walk = walkOn({
      ...SHOP,
      'migrations/20250101000000_base.sql':
        '-- UP\nCREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT);\n-- DOWN\nDROP TABLE customers;\n',
      'schema.sql': 'CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL);',
    });
    const call = through(walk);
    expect(await call('diffSchemas', { from: 'development', to: 'production' })).toMatchObject({
      identical: true,
      changes: [],
    });
    const drift = await call('diffSchemas', { from: 'migrations', to: 'development' });
    expect(drift).toMatchObject({
      identical: false,
      changes: [{ kind: 'removed', object: 'table:customers/column:phone' }],
    });
    expect(drift.changes[0].hazards).toContainEqual(expect.objectContaining({ kind: 'deletes-data' }));
    expect(drift.sql.forward.join()).toMatch(/DROP COLUMN/i);
    expect(drift.sql.backward.join()).toMatch(/ADD COLUMN/i);
    const { backup } = await call('backup', { action: 'create' });
    expect(await call('diffSchemas', { from: `backup:${backup.id}`, to: 'development' })).toMatchObject({
      identical: true,
    });
    expect(await call('diffSchemas', { from: 'file:schema.sql', to: 'file:shop.db' })).toMatchObject({
      changes: [{ kind: 'added', object: 'table:customers/column:name' }],
    });
    expect(await call('diffSchemas', { from: 'models', to: 'development' })).toMatchObject({
      outcome: 'failed',
      error: { code: 'TOOL.NOT_DRIVEN' },
    });
  });

  it('compares two files with nothing else around', async () => {
    const walk = walkOn({ 'a.sql': 'CREATE TABLE a (id INTEGER PRIMARY KEY);', 'b.sql': '' }, {});
    expect(
      await through(walk)('diffSchemas', { from: 'file:a.sql', to: 'file:b.sql', engine: 'sqlite' }),
    ).toMatchObject({
      changes: expect.arrayContaining([expect.objectContaining({ kind: 'removed', object: 'table:a' })]),
    });
  });
});

describe('generateMigration', () => {
  it('writes both halves of a stated change, which then plans and runs', async () => {
    const call = through(walkOn());
    const made = await call('generateMigration', {
      name: 'Add nick',
      change: { kind: 'add-column', table: 'customers', column: 'nick', type: 'text' },
    });
    expect(made).toMatchObject({
      outcome: 'done',
      reversible: 'yes',
      files: [{ path: expect.stringMatching(/^migrations\/\d{14}_add_nick\.sql$/) }],
    });
    const plan = await call('planOperation', made.next[0].args);
    expect(plan.steps.at(-1).statements.join()).toMatch(/nick/);
  });

  it('says what cannot come back', async () => {
    const call = through(walkOn());
    expect(
      await call('generateMigration', {
        name: 'x',
        sql: { up: 'ALTER TABLE customers DROP COLUMN name', down: 'ALTER TABLE customers ADD COLUMN name TEXT' },
      }),
    ).toMatchObject({ reversible: 'schema-only' });
    expect(await call('generateMigration', { name: 'y', sql: { up: 'DELETE FROM customers' } })).toMatchObject({
      reversible: 'no',
    });
    expect(await call('generateMigration', { name: 'z', from: 'diff' })).toMatchObject({
      error: { code: 'INPUT.INVALID', message: expect.stringContaining('"diff"') },
    });
    expect(await call('generateMigration', { name: 'z', from: 'models' })).toMatchObject({
      error: { code: 'TOOL.NOT_DRIVEN' },
    });
  });
});

describe('long answers', () => {
  it('are cut with counts, and the rest can be had', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `migrations/2026020100${String(index).padStart(4, '0')}_step_number_${index}.sql`,
        'SELECT 1;',
      ]),
    );
    const call = through(walkOn({ ...SHOP, ...many }));
    const status = await call('migrationStatus');
    expect(JSON.stringify(status).length).toBeLessThan(11_000);
    const cut = status.cut.find((one: Loose) => one.list === 'pending');
    expect(cut).toMatchObject({ total: 301, shown: status.pending.length });
    const rest = await call('migrationStatus', { cursor: cut.cursor });
    expect(rest.pending[0].id).not.toBe(status.pending[0].id);
    expect(rest.pending[0].id.localeCompare(status.pending.at(-1).id)).toBeGreaterThan(0);
    expect((await call('migrationStatus', { detail: 'full' })).pending).toHaveLength(301);
    for (const [tool, input] of [
      ['planOperation', { operation: 'run' }],
      ['analyzeMigration', {}],
      ['detectTool', {}],
    ] as const)
      expect(JSON.stringify(await call(tool, input)).length).toBeLessThan(11_000);
  });
});

describe('backup', () => {
  it('works on a workspace that has only a URL', async () => {
    const walk = walkOn({ '.env': 'DATABASE_URL=sqlite:data/only.db\n' }, {});
    mkdirSync(join(walk.root, 'data'));
    const database = new Sqlite(join(walk.root, 'data/only.db'));
    database.exec('CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1)');
    database.close();
    const call = through(walk);
    expect(await call('backup', { action: 'list' })).toMatchObject({ outcome: 'nothing-to-do' });
    const taken = await call('backup', { action: 'create', verify: false });
    expect(taken).toMatchObject({
      backup: { verified: 'unverified' },
      next: [{ tool: 'backup', args: { action: 'verify' } }],
    });
    expect(await call('backup', taken.next[0].args)).toMatchObject({ backup: { verified: 'restored', rows: 1 } });
    expect((await call('backup', { action: 'list' })).backups).toHaveLength(1);
    expect(await call('backup', { action: 'verify', backupId: 'backup_none' })).toMatchObject({
      outcome: 'failed',
      error: { code: 'BACKUP.UNKNOWN' },
    });
  });
});
