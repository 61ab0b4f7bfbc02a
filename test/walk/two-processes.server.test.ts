import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { havePostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Ground, postgresGround, type Said, sqliteGround, until } from './ground.ts';

const KINDS = ['SQLite', 'PostgreSQL'] as const;
type Kind = (typeof KINDS)[number];

const withServer = havePostgres();
let server: PostgresServer;
beforeAll(async () => {
  if (withServer) server = await startPostgres();
});
afterAll(() => server?.stop());

async function groundFor(kind: Kind, files: Readonly<Record<string, string>>): Promise<Ground> {
  const kept = 'CREATE TABLE kept (a integer)';
  return kind === 'PostgreSQL' ? postgresGround(server, files, kept) : sqliteGround(files, kept);
}

/** Each puts one row into `kept`, so that a migration that ran twice would show. */
function migrations(count: number, each = ''): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const number = String(index + 1).padStart(3, '0');
      return [`migrations/${number}_step.sql`, `${each}INSERT INTO kept VALUES (${index + 1});\n`];
    }),
  );
}

function slow(kind: Kind): string {
  return kind === 'PostgreSQL'
    ? 'SELECT pg_sleep(0.3);\n'
    : 'INSERT INTO kept WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500000) SELECT max(i) FROM n HAVING max(i) < 0;\n';
}

function planned(ground: Ground): string {
  return ground.json(['plan', 'run']).planId as string;
}

async function expectEachOnce(ground: Ground, count: number): Promise<void> {
  const [row] = await ground.sql('SELECT count(*) AS rows, count(DISTINCT a) AS different FROM kept');
  expect([Number(row?.rows), Number(row?.different)]).toEqual([count, count]);
  const [applied] = await ground.sql("SELECT count(*) AS n FROM _migrations WHERE state = 'applied'");
  expect(Number(applied?.n)).toBe(count);
  expect(ground.run(['audit', '--verify'])).toMatchObject({ code: 0 });
}

describe.each(KINDS)('several processes on one workspace with %s', (kind) => {
  const skipped = kind === 'PostgreSQL' && !withServer;

  it.skipIf(skipped)('two run at once: one does, the other says who, or that nothing is left', async () => {
    const ground = await groundFor(kind, migrations(5, slow(kind)));
    const plans = [planned(ground), planned(ground)];
    const answers = await Promise.all(
      plans.map(
        async (plan) => JSON.parse((await ground.start(['run', '--plan', plan, '--json']).ended).stdout) as Said,
      ),
    );
    const done = answers.filter((answer) => answer.outcome === 'done');
    expect(done).toHaveLength(1);
    const other = answers.find((answer) => answer.outcome !== 'done');
    expect(['LOCK.HELD', 'PLAN.DRIFTED']).toContain(other?.error?.code);
    expect(other?.error?.message).toContain('Nothing was changed');
    await expectEachOnce(ground, 5);
  });

  it.skipIf(skipped)('while one is at it, the other names it', async () => {
    const ground = await groundFor(kind, migrations(8, slow(kind)));
    const plans = [planned(ground), planned(ground)] as const;
    const first = ground.start(['run', '--plan', plans[0], '--json']);
    await until('the first step', async () =>
      ground.sql('SELECT 1 FROM _migrations').then(
        (rows) => rows.length > 0,
        () => false,
      ),
    );
    const status = ground.json(['status']);
    expect(status.problems).toContainEqual(expect.objectContaining({ kind: 'locked' }));
    const second = ground.json(['run', '--plan', plans[1]]);
    expect(second).toMatchObject({ outcome: 'failed', error: { code: 'LOCK.HELD' } });
    expect(second.error?.message).toMatch(/lockkeeper run_[0-9a-f]+/);
    expect(JSON.parse((await first.ended).stdout)).toMatchObject({ outcome: 'done' });
    await expectEachOnce(ground, 8);
  });

  it.skipIf(skipped)('eight plan and run at once: the records stay whole', async () => {
    const ground = await groundFor(kind, migrations(6));
    const ended = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const { stdout, stderr } = await ground.start(['run', '--json']).ended;
        if (stdout === '') throw new Error(`no answer: ${stderr}`);
        return JSON.parse(stdout) as Said;
      }),
    );
    const ends = ended.map((answer) => answer.error?.code ?? answer.outcome);
    expect(ends.filter((end) => !['done', 'nothing-to-do', 'LOCK.HELD', 'PLAN.DRIFTED'].includes(end))).toEqual([]);
    expect(ends.filter((end) => end === 'done')).toHaveLength(1);
    await expectEachOnce(ground, 6);
    expect(ground.json(['status'])).toMatchObject({ counts: { applied: 6, pending: 0, problems: 0 } });
    const state = await ground.state();
    expect(state.runs.list(50).filter((run) => run.outcome === 'running')).toEqual([]);
  });

  it.skipIf(skipped)('one plan in two processes runs once', async () => {
    const ground = await groundFor(kind, migrations(3, slow(kind)));
    const plan = planned(ground);
    const answers = await Promise.all(
      [1, 2].map(async () => JSON.parse((await ground.start(['run', '--plan', plan, '--json']).ended).stdout) as Said),
    );
    expect(answers.map((answer) => answer.error?.code ?? answer.outcome).sort()).toEqual(['PLAN.SPENT', 'done']);
    await expectEachOnce(ground, 3);
  });

  it.skipIf(skipped)('the lock of a process that is killed is free at once', async () => {
    const ground = await groundFor(kind, { ...migrations(2), ...lastOne(kind) });
    const first = ground.start(['run', '--json']);
    await until('the second step', async () =>
      ground.sql('SELECT 1 FROM _migrations').then(
        (rows) => rows.length >= 2,
        () => false,
      ),
    );
    await first.kill();
    ground.write('migrations/003_long.sql', 'INSERT INTO kept VALUES (3);\n');
    const began = Date.now();
    await until(
      'the next run',
      () => {
        const answer = ground.json(['run']);
        if (answer.outcome === 'done') return true;
        expect(answer.error?.code).toBe('LOCK.HELD');
        return false;
      },
      6_000,
    );
    // A server looks after its clients once a second; a file's lock goes with the process.
    expect(Date.now() - began).toBeLessThan(kind === 'PostgreSQL' ? 6_000 : 3_000);
    await expectEachOnce(ground, 3);
  });
});

/** Still at work when the process is killed, and writing nothing that would tell the server so. */
function lastOne(kind: Kind): Record<string, string> {
  const sql =
    kind === 'PostgreSQL'
      ? 'SELECT pg_sleep(40);\n'
      : 'CREATE TEMP TABLE busy AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000) SELECT max(i) FROM n;\n';
  return { 'migrations/003_long.sql': `INSERT INTO kept VALUES (3);\n${sql}` };
}
