import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { havePostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Ground, postgresGround, processesOn, type Rows, sqliteGround, until } from './ground.ts';

type Kind = 'SQLite, rollback journal' | 'SQLite, write-ahead log' | 'PostgreSQL';
const KINDS: readonly Kind[] = ['SQLite, rollback journal', 'SQLite, write-ahead log', 'PostgreSQL'];

const withServer = havePostgres();
let server: PostgresServer;
beforeAll(async () => {
  if (withServer) server = await startPostgres();
});
afterAll(() => server?.stop());

/** Rows that each migration of `steps` puts into its table, in two statements. */
const ROWS = 20;

/** Small migrations, each of three statements that must come together or not at all. */
function steps(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const number = String(index + 1).padStart(3, '0');
      const values = Array.from({ length: ROWS / 2 }, (_row, at) => `(${at})`).join(', ');
      return [
        `migrations/${number}_step.sql`,
        `CREATE TABLE t${number} (a integer);\nINSERT INTO t${number} VALUES ${values};\nINSERT INTO t${number} VALUES ${values};\n`,
      ];
    }),
  );
}

async function groundFor(kind: Kind, files: Readonly<Record<string, string>>, sql: string): Promise<Ground> {
  if (kind === 'PostgreSQL') return postgresGround(server, files, sql);
  return sqliteGround(files, kind === 'SQLite, write-ahead log' ? `PRAGMA journal_mode = WAL;\n${sql}` : sql);
}

const isSqlite = (kind: Kind): boolean => kind !== 'PostgreSQL';

/** A table with rows enough that saving it takes a while. */
function manyRows(kind: Kind, rows: number): string {
  return isSqlite(kind)
    ? `CREATE TABLE big (id INTEGER PRIMARY KEY, note TEXT);\nINSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i, hex(randomblob(100)) FROM n`
    : `CREATE TABLE big (id integer PRIMARY KEY, note text);\nINSERT INTO big SELECT i, repeat(md5(i::text), 6) FROM generate_series(1, ${rows}) i`;
}

/** One statement that works for seconds and writes all the while. */
function longStatement(kind: Kind, table: string): string {
  return isSqlite(kind)
    ? `INSERT INTO ${table} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000000) SELECT i, hex(randomblob(20)) FROM n`
    : `INSERT INTO ${table} SELECT i, pg_sleep(0.001)::text FROM generate_series(1, 60000) i`;
}

async function tables(ground: Ground, kind: Kind): Promise<readonly string[]> {
  const rows = isSqlite(kind)
    ? await ground.sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    : await ground.sql("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");
  return rows.map((row) => String(row.name));
}

async function history(ground: Ground, kind: Kind): Promise<Rows> {
  if (!(await tables(ground, kind)).includes('_migrations')) return [];
  return ground.sql('SELECT filename, state FROM _migrations ORDER BY filename');
}

/** What must hold after any death: lockkeeper looks first, so that nobody has tidied up before it. */
async function expectTheTruth(ground: Ground, kind: Kind): Promise<Record<string, string[]>> {
  // What the dead had sent already may still be carried out.
  if (kind === 'PostgreSQL') await until('the end of the dead session', () => isAlone(ground));
  const status = ground.json(['status']);
  expect(status, JSON.stringify(status)).toMatchObject({ outcome: 'done' });
  if (isSqlite(kind)) expect(await ground.sql('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  const recorded = await history(ground, kind);
  expect(recorded.filter((row) => row.state !== 'applied')).toEqual([]);
  const ids = recorded.map((row) => String(row.filename).replace('.sql', ''));
  expect(status.applied.map((one: { id: string }) => one.id).sort()).toEqual(ids);
  const made = (await tables(ground, kind)).filter((name) => /^t\d+$/.test(name));
  expect(made).toEqual(ids.filter((id) => id.endsWith('_step')).map((id) => `t${id.slice(0, 3)}`));
  for (const table of made)
    expect(
      await ground.sql(`SELECT count(*)::integer AS n FROM ${table}`.replace(isSqlite(kind) ? '::integer' : '', '')),
    ).toEqual([{ n: ROWS }]);
  expect(ground.run(['audit', '--verify'])).toMatchObject({ code: 0 });
  const problems: { kind: string; message: string }[] = status.problems;
  expect(problems.filter((problem) => problem.kind === 'locked')).toEqual([]);
  return { ids, cutOff: problems.filter((one) => one.message.includes('was cut off')).map((one) => one.message) };
}

/** Nothing of a dead process is left: no server, no dump, no folder. */
async function expectNothingLeft(ground: Ground): Promise<void> {
  const lost = () => [...processesOn(ground.temporary, ground.root), ...readdirSync(ground.temporary)];
  await until('the end of what was left behind', () => lost().length === 0, 6_000).catch(() => {
    expect(lost()).toEqual([]);
  });
}

/** Programs that the dead had started do not go on for it. */
async function expectNobodyWorksOn(ground: Ground): Promise<void> {
  await until('the end of its programs', () => processesOn(ground.root).length === 0, 4_000);
}

function expectOnlyWholeBackups(ground: Ground): void {
  const listed = ground.json(['backup', 'list']);
  for (const one of (listed.backups ?? []) as { id: string; location: string; bytes: number }[]) {
    expect(existsSync(join(one.location, 'manifest.json'))).toBe(true);
    expect(ground.json(['backup', 'verify', one.id])).toMatchObject({
      outcome: 'done',
      backup: { verified: 'restored' },
    });
  }
  const folder = join(ground.root, '.lockkeeper', 'backups');
  // Only what has a manifest may carry a backup's name.
  const named = existsSync(folder) ? readdirSync(folder).filter((name) => /^backup_[0-9a-z_]+$/.test(name)) : [];
  expect(named.filter((name) => !existsSync(join(folder, name, 'manifest.json')))).toEqual([]);
}

describe.each(KINDS)('kill -9 on %s', (kind) => {
  const skipped = kind === 'PostgreSQL' && !withServer;

  it.skipIf(skipped)('at random moments of 200 small migrations, again and again until all are through', async () => {
    const ground = await groundFor(kind, steps(200), 'CREATE TABLE kept (a integer)');
    let deaths = 0;
    for (let before = 0; deaths < 4; ) {
      const running = ground.start(['run', '--json']);
      const goal = before + 3 + Math.floor(Math.random() * 20);
      await until('progress', async () => running.isOver() || (await count(ground)) >= goal);
      await sleep(Math.random() * 15);
      if (running.isOver()) break;
      await running.kill();
      deaths++;
      const { ids, cutOff } = await expectTheTruth(ground, kind);
      before = ids?.length ?? 0;
      if (before < 200) expect(cutOff?.length).toBeGreaterThan(0);
    }
    expect(deaths).toBeGreaterThan(0);
    const last = ground.json(['run']);
    // The last of the dead may have done all, and not have lived to say so.
    if (last.outcome !== 'nothing-to-do')
      expect(last).toMatchObject({ outcome: 'done', verified: { history: true, schema: true } });
    const { ids, cutOff } = await expectTheTruth(ground, kind);
    expect(ids).toHaveLength(200);
    expect(cutOff).toEqual([]);
    await expectNothingLeft(ground);
  });

  it.skipIf(skipped)('in the middle of a long statement', async () => {
    const long = `CREATE TABLE long (a integer, b text);\n${longStatement(kind, 'long')};\n`;
    const ground = await groundFor(
      kind,
      { ...steps(2), 'migrations/003_long.sql': long },
      'CREATE TABLE kept (a integer)',
    );
    const running = ground.start(['run', '--json']);
    await until('the long statement', () => isBusy(ground, kind));
    await running.kill();
    const { ids, cutOff } = await expectTheTruth(ground, kind);
    expect(ids).toEqual(['001_step', '002_step']);
    expect(cutOff?.join()).toMatch(/In doubt: .*003_long.*Applied: .*001_step.*002_step/s);
    expect(await tables(ground, kind)).not.toContain('long');
    ground.write('migrations/003_long.sql', 'CREATE TABLE long (a integer, b text);\n');
    // Within seconds the lock of the dead is free, also where the server does not know yet that they are.
    const next = await until(
      'a free lock',
      () => {
        const answer = ground.json(['run']);
        return answer.error?.code === 'LOCK.HELD' ? undefined : answer;
      },
      8_000,
    );
    expect(next).toMatchObject({ outcome: 'done' });
    expect((await expectTheTruth(ground, kind)).cutOff).toEqual([]);
    await expectNothingLeft(ground);
  });

  it.skipIf(skipped)('while the backup is written, and while it is proven', async () => {
    const files = { ...steps(1), 'migrations/002_drop.sql': '-- UP\nDROP TABLE big;\n' };
    const ground = await groundFor(kind, files, manyRows(kind, 80_000));
    const moments = {
      'is written': () =>
        filesIn(join(ground.root, '.lockkeeper', 'backups')).some(
          (file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0,
        ),
      'is proven': () => readdirSync(ground.temporary).some((name) => name.startsWith('lockkeeper-')),
    };
    for (const [moment, isThere] of Object.entries(moments)) {
      const running = ground.start(['run', '--json']);
      await until(`the moment when it ${moment}`, isThere);
      await sleep(30);
      expect(running.isOver()).toBe(false);
      await running.kill();
      const { ids, cutOff } = await expectTheTruth(ground, kind);
      expect(ids).toEqual([]);
      expect(cutOff?.join()).toMatch(/In doubt: .*[Bb]ack/);
      expect(await tables(ground, kind)).toContain('big');
      expectOnlyWholeBackups(ground);
    }
    const done = ground.json(['run']);
    expect(done, JSON.stringify(done)).toMatchObject({ outcome: 'done', backup: { verified: 'restored' } });
    expectOnlyWholeBackups(ground);
    await expectNothingLeft(ground);
    expect(readdirSync(join(ground.root, '.lockkeeper', 'backups')).filter((name) => name.includes('partial'))).toEqual(
      [],
    );
  });

  it.skipIf(skipped)(
    'while a backup is put back: the database is the one or the other, and nobody writes on',
    async () => {
      const ground = await groundFor(kind, steps(1), manyRows(kind, 80_000));
      expect(ground.json(['backup'])).toMatchObject({ outcome: 'done' });
      await ground.sql('DELETE FROM big WHERE id > 10');
      const [saved] = ground.json(['backup', 'list']).backups;
      const running = ground.start(['restore', saved.id, '--json']);
      await until('the writing', () => running.isOver() || isRestoring(ground, kind));
      await running.kill();
      await expectNobodyWorksOn(ground);
      await expectTheTruth(ground, kind);
      const left = Number((await ground.sql('SELECT count(*) AS n FROM big'))[0]?.n);
      expect([10, 80_000]).toContain(left);
      const again = ground.json(['restore', saved.id]);
      expect(again, JSON.stringify(again.error)).toMatchObject({ outcome: 'done' });
      expect(Number((await ground.sql('SELECT count(*) AS n FROM big'))[0]?.n)).toBe(80_000);
      expect((await expectTheTruth(ground, kind)).cutOff).toEqual([]);
      await expectNothingLeft(ground);
    },
  );

  it.skipIf(skipped)('SIGINT in a long statement and in a backup: a report that says how far it came', async () => {
    const files = {
      ...steps(2),
      'migrations/003_long.sql': `CREATE TABLE long (a integer, b text);\n${longStatement(kind, 'long')};\nCREATE TABLE after_it (a integer);\n`,
    };
    const ground = await groundFor(kind, files, manyRows(kind, 80_000));
    const running = ground.start(['run', '--json']);
    await until('the long statement', () => isBusy(ground, kind));
    running.process.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'RUN.CANCELLED' } });
    expect(report.steps.map((step: { status: string }) => step.status)).toEqual([
      'applied',
      'applied',
      'applied',
      'failed',
    ]);
    expect((await expectTheTruth(ground, kind)).ids).toEqual(['001_step', '002_step']);
    expect(await tables(ground, kind)).not.toContain('long');

    ground.write('migrations/003_long.sql', 'DROP TABLE big;\n');
    const backing = ground.start(['run', '--json']);
    await until('the backup', () => filesIn(join(ground.root, '.lockkeeper', 'backups')).length > 0);
    backing.process.kill('SIGINT');
    const stopped = JSON.parse((await backing.ended).stdout);
    expect(stopped).toMatchObject({ outcome: 'failed', error: { code: 'RUN.CANCELLED' } });
    expect(stopped.steps[0]).toMatchObject({ status: 'failed' });
    expect(await tables(ground, kind)).toContain('big');
    expectOnlyWholeBackups(ground);
    await expectNothingLeft(ground);
  });
});

async function count(ground: Ground): Promise<number> {
  try {
    return Number((await ground.sql('SELECT count(*) AS n FROM _migrations'))[0]?.n);
  } catch {
    // The table is made by the first step.
    return 0;
  }
}

async function isRestoring(ground: Ground, kind: Kind): Promise<boolean> {
  if (kind === 'PostgreSQL') {
    const sql =
      "SELECT 1 FROM pg_stat_activity WHERE application_name IN ('psql', 'pg_restore') AND datname = current_database()";
    return (await ground.sql(sql)).length > 0;
  }
  const end = kind === 'SQLite, write-ahead log' ? '-wal' : '-journal';
  return (statSync(join(ground.root, `shop.db${end}`), { throwIfNoEntry: false })?.size ?? 0) > 1_000_000;
}

async function isAlone(ground: Ground): Promise<boolean> {
  const sql =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper%'";
  return (await ground.sql(sql)).length === 0;
}

/** The long statement is under way: it has written more than fits into memory, or the server says so. */
async function isBusy(ground: Ground, kind: Kind): Promise<boolean> {
  if (kind === 'PostgreSQL')
    return (
      (
        await ground.sql(
          "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%INSERT INTO long%' AND pid <> pg_backend_pid() AND state = 'active' AND datname = current_database() AND clock_timestamp() - query_start > '300ms'",
        )
      ).length > 0
    );
  const end = kind === 'SQLite, write-ahead log' ? '-wal' : '';
  return (statSync(join(ground.root, `shop.db${end}`), { throwIfNoEntry: false })?.size ?? 0) > 30_000_000;
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
