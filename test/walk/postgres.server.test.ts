import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveConsent } from '../../src/gate/consent.ts';
import { havePostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Ground, goThrough, postgresGround } from './ground.ts';

const withServer = havePostgres();
let server: PostgresServer;
beforeAll(async () => {
  if (withServer) server = await startPostgres();
});
afterAll(() => server?.stop());

const SHOP = `CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
INSERT INTO customers (email) SELECT 'c' || i || '@example.com' FROM generate_series(1, 300) i;
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric(10,2), note text);
INSERT INTO orders (customer_id, total, note) SELECT i, i * 1.5, 'n' || i FROM generate_series(1, 300) i`;

const MIGRATIONS = {
  'migrations/20260101000000_add_phone.sql':
    '-- UP\nALTER TABLE customers ADD COLUMN phone text;\n-- DOWN\nALTER TABLE customers DROP COLUMN phone;\n',
  'migrations/20260102000000_drop_note.sql':
    '-- UP\nALTER TABLE orders DROP COLUMN note;\n-- DOWN\nALTER TABLE orders ADD COLUMN note text;\n',
};

/** The same database as `development` and as `production`. */
async function shop(files: Readonly<Record<string, string>> = MIGRATIONS): Promise<Ground> {
  const ground = await postgresGround(server, files, SHOP);
  ground.write('.env.production', readFileSync(join(ground.root, '.env'), 'utf8'));
  return ground;
}

/** What `lockkeeper approve` records once a person has typed the name. */
async function consent(ground: Ground, planId: string): Promise<void> {
  const state = await ground.state();
  const { plan } = state.plans.get(planId, new Date());
  const answer = { typedName: plan.environment.database.name, channel: 'terminal' } as const;
  giveConsent(plan, answer, state.consents, new Date());
}

async function count(ground: Ground, what: string): Promise<number> {
  return Number((await ground.sql(`SELECT count(*) AS n FROM ${what}`))[0]?.n);
}

describe.skipIf(!withServer)('the whole walk on PostgreSQL, as production', () => {
  const production = { environment: 'production' };

  it('detect → status → plan → analyze → rehearse → back up → agree → run → roll back → restore', async () => {
    const ground = await shop();
    const name = String((await ground.sql('SELECT current_database() AS name'))[0]?.name);

    expect(await ground.tool('detectTool')).toMatchObject({
      projects: [
        {
          tool: 'raw-sql',
          engine: 'postgres',
          history: { count: 2 },
          environments: [
            { name: 'development', urlSource: '.env: DATABASE_URL', protected: false },
            { name: 'production', protected: true },
          ],
        },
      ],
    });
    expect(await ground.tool('migrationStatus', production)).toMatchObject({
      counts: { applied: 0, pending: 2, problems: 0 },
      database: { engine: 'postgres', name },
    });
    expect(await ground.sql("SELECT to_regclass('_migrations') AS there")).toEqual([{ there: null }]);

    const plan = await ground.tool('planOperation', { operation: 'run', ...production });
    expect(plan).toMatchObject({
      outcome: 'done',
      risk: 'danger',
      environment: 'production',
      approval: { required: true },
      backup: { planned: true },
      rehearsal: { required: true, done: false },
    });
    expect(plan.steps.map((step: { kind: string }) => step.kind)).toEqual([
      'backup',
      'statements',
      'statements',
      'statements',
    ]);
    expect(await ground.tool('analyzeMigration', production)).toMatchObject({
      verdict: 'dangerous',
      unparsed: 0,
      findings: [expect.objectContaining({ kind: 'deletes-data', line: 2 })],
    });

    // Without a rehearsal nobody can agree; with one, somebody must.
    const planId = String(plan.planId);
    const held = await ground.tool('runMigrations', { planId });
    expect(['needs-approval', 'refused']).toContain(held.outcome);

    const saved = await ground.tool('backup', { action: 'create', ...production });
    expect(saved).toMatchObject({ backup: { verified: 'restored', tables: 2, rows: 600 } });
    expect(await ground.tool('backup', { action: 'verify', backupId: saved.backup.id })).toMatchObject({
      backup: { verified: 'restored' },
    });
    expect((await ground.tool('backup', { action: 'list' })).backups).toMatchObject([{ id: saved.backup.id }]);

    for (const source of ['schema', 'replay', 'backup', 'copy']) {
      const tried = await ground.tool('rehearse', { planId, source });
      // Replay starts with nothing that the migrations did not make, and these alter what was there before them.
      if (source === 'replay') expect(tried).toMatchObject({ outcome: 'failed', error: { code: 'REHEARSAL.FAILED' } });
      else {
        expect(tried, `${source}: ${JSON.stringify(tried.error)}`).toMatchObject({ outcome: 'done', source });
        const locked = tried.statements.find((one: { sql: string }) => one.sql.includes('DROP COLUMN note'));
        expect(locked.locks).toContainEqual({ table: 'public.orders', mode: 'AccessExclusiveLock' });
        if (source !== 'schema') expect(tried.roundTrip).toBe('data-lost');
      }
    }
    expect(await count(ground, 'orders')).toBe(300);

    const asked = await ground.tool('runMigrations', { planId });
    expect(asked).toMatchObject({ outcome: 'needs-approval', approval: { required: true } });
    expect(JSON.stringify(asked)).not.toContain(name);
    await consent(ground, planId);
    const done = await ground.tool('runMigrations', { planId });
    expect(done, JSON.stringify(done.error)).toMatchObject({
      outcome: 'done',
      backup: { verified: 'restored' },
      verified: { schema: true, history: true },
    });
    expect((await ground.tool('runMigrations', { planId })).error?.code).toBe('PLAN.SPENT');
    expect(await ground.tool('migrationStatus', production)).toMatchObject({ counts: { applied: 2, pending: 0 } });

    const back = await ground.tool('planOperation', { operation: 'rollback', steps: 2, ...production });
    await ground.tool('rehearse', { planId: back.planId });
    await consent(ground, back.planId);
    expect(await ground.tool('rollback', { planId: back.planId })).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
    // The column is back, its contents are not: that takes the backup.
    expect(await count(ground, 'orders WHERE note IS NOT NULL')).toBe(0);
    const restore = await ground.tool('planOperation', {
      operation: 'restore',
      backupId: saved.backup.id,
      ...production,
    });
    await consent(ground, restore.planId);
    const restored = await ground.tool('rollback', { planId: restore.planId });
    expect(restored, JSON.stringify(restored.error)).toMatchObject({ outcome: 'done' });
    expect(await count(ground, 'orders WHERE note IS NOT NULL')).toBe(300);
    expect((await ground.state()).audit.verify().broken).toBeUndefined();
  });

  it('seeds that can be put in twice run; others are refused before they touch anything', async () => {
    const ground = await shop();
    await ground.sql('ALTER TABLE customers ADD CONSTRAINT one_email UNIQUE (email)');
    ground.write(
      'seeds/orders.sql',
      "-- depends: people\nINSERT INTO orders (id, customer_id) SELECT 9000, id FROM customers WHERE email = 's@example.com' ON CONFLICT DO NOTHING;\n",
    );
    ground.write(
      'seeds/people.sql',
      "INSERT INTO customers (email) VALUES ('s@example.com') ON CONFLICT (email) DO NOTHING;\n",
    );
    expect(await goThrough(ground, 'seed')).toMatchObject({ outcome: 'done' });
    expect(await goThrough(ground, 'seed')).toMatchObject({ outcome: 'done' });
    expect([await count(ground, 'customers'), await count(ground, 'orders')]).toEqual([301, 301]);
    ground.write('seeds/people.sql', 'INSERT INTO orders (customer_id) SELECT min(id) FROM customers;\n');
    expect(await goThrough(ground, 'seed')).toMatchObject({
      outcome: 'refused',
      error: { code: 'SEED.NOT_IDEMPOTENT' },
    });
    expect(await count(ground, 'orders')).toBe(301);
  });

  it('compares an environment with migrations, a file and a backup', async () => {
    const first = {
      'migrations/001_shop.sql': `-- UP\n${SHOP.replace(/INSERT.*;?\n?/g, '')};\n-- DOWN\nDROP TABLE orders;\nDROP TABLE customers;\n`,
    };
    const ground = await postgresGround(server, first);
    expect(await goThrough(ground, 'run')).toMatchObject({ outcome: 'done' });
    expect(await ground.tool('diffSchemas', { from: 'development', to: 'migrations' })).toMatchObject({
      identical: true,
    });
    const saved = await ground.tool('backup', { action: 'create' });
    await ground.sql('ALTER TABLE customers ADD COLUMN nick text;\nCREATE INDEX by_total ON orders (total)');
    for (const side of ['migrations', `backup:${saved.backup.id}`]) {
      const drift = await ground.tool('diffSchemas', { from: side, to: 'development' });
      expect(drift.changes.map((one: { kind: string; object: string }) => `${one.kind} ${one.object}`)).toEqual([
        'added table:public.customers/column:nick',
        'added table:public.orders/index:by_total',
      ]);
      expect(drift.sql.backward.join('\n')).toMatch(/DROP COLUMN "?nick/);
    }
    ground.write('wanted.sql', 'CREATE TABLE only_here (id integer);\n');
    const other = await ground.tool('diffSchemas', { from: 'development', to: 'file:wanted.sql' });
    expect(other).toMatchObject({ identical: false });
    expect(JSON.stringify(other.changes)).toContain('table:public.only_here');
    // What the comparison wrote brings the two together.
    const drift = await ground.tool('diffSchemas', { from: 'development', to: 'migrations' });
    for (const sql of drift.sql.forward as string[]) await ground.sql(sql);
    expect(await ground.tool('diffSchemas', { from: 'development', to: 'migrations' })).toMatchObject({
      identical: true,
    });
  });

  it('writes migrations from a change, a comparison, SQL and nothing, and they run up and down', async () => {
    const ground = await shop({ 'migrations/001_start.sql': '-- UP\nSELECT 1;\n-- DOWN\nSELECT 1;\n' });
    expect(await goThrough(ground, 'run')).toMatchObject({ outcome: 'done' });
    const change = { kind: 'add-column', table: 'customers', column: 'phone', type: 'text' };
    expect(await ground.tool('generateMigration', { name: 'add phone', change })).toMatchObject({
      outcome: 'done',
      reversible: 'yes',
      files: [{ path: 'migrations/002_add_phone.sql' }],
    });
    const index = { kind: 'add-index', table: 'orders', columns: ['customer_id'] };
    expect(await ground.tool('generateMigration', { name: 'index', change: index })).toMatchObject({ outcome: 'done' });
    expect(readFileSync(join(ground.root, 'migrations/003_index.sql'), 'utf8')).toMatch(
      /lockkeeper: no-transaction[\s\S]*CONCURRENTLY/,
    );
    const sql = { up: 'ALTER TABLE orders DROP COLUMN note;', down: 'ALTER TABLE orders ADD COLUMN note text;' };
    expect(await ground.tool('generateMigration', { name: 'drop note', sql })).toMatchObject({
      outcome: 'done',
      reversible: 'schema-only',
    });
    expect(await ground.tool('generateMigration', { name: 'by hand', from: 'empty' })).toMatchObject({
      outcome: 'done',
      files: [{ path: 'migrations/005_by_hand.sql' }],
    });
    expect(await goThrough(ground, 'run')).toMatchObject({
      outcome: 'done',
      verified: { schema: true, history: true },
    });
    // Another database is where this one is to go.
    const wanted = await postgresGround(server, {}, 'CREATE TABLE gone_there (id integer PRIMARY KEY)');
    ground.write('.env.test', readFileSync(join(wanted.root, '.env'), 'utf8'));
    const diff = await ground.tool('generateMigration', { name: 'to test', diff: { from: 'development', to: 'test' } });
    expect(diff, JSON.stringify(diff.error)).toMatchObject({ outcome: 'done' });
    expect(readdirSync(join(ground.root, 'migrations')).sort().at(-1)).toBe('006_to_test.sql');
    const made = readFileSync(join(ground.root, 'migrations/006_to_test.sql'), 'utf8');
    expect(made).toMatch(/CREATE TABLE [\s\S]*gone_there[\s\S]*-- DOWN/);
    expect(made).not.toContain('_migrations');
    const done = await goThrough(ground, 'run');
    expect(done, JSON.stringify(done.error)).toMatchObject({ outcome: 'done', verified: { history: true } });
    expect(await goThrough(ground, 'rollback')).toMatchObject({ outcome: 'done', verified: { history: true } });
    expect(await count(ground, "pg_tables WHERE tablename = 'orders'")).toBe(1);
    // The one that was left empty has no way back, so nothing before it has one either.
    expect(await goThrough(ground, 'rollback', { to: '001_start' })).toMatchObject({
      outcome: 'refused',
      error: { code: 'MIGRATION.IRREVERSIBLE' },
    });
  });
});
