import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStatements, StatementFailure } from '../../src/execute/run-statements.ts';
import { openPostgres } from '../../src/io/database/postgres.ts';
import { Secret } from '../../src/io/secret.ts';
import { startPostgres } from '../support/postgres.ts';

const engine = { id: 'postgres', transactionalDdl: true } as const;

describe('statements in one message', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let session: Awaited<ReturnType<typeof openPostgres>>;
  beforeAll(async () => {
    server = await startPostgres();
    session = await openPostgres({ url: Secret.of(server.url), root: '/' }, {});
  });
  afterAll(async () => {
    await session.close();
    server.stop();
  });
  const run = (statements: readonly string[]) =>
    runStatements({ kind: 'statements', statements, transaction: true }, session, engine, new AbortController().signal);

  it('all take effect', async () => {
    await run([
      'CREATE TABLE a (id integer) -- a remark at the end',
      'INSERT INTO a VALUES (1), (2) /* ; */',
      'DO $$ BEGIN PERFORM 1; END $$',
    ]);
    expect(await session.query('SELECT count(*)::int AS n FROM a')).toEqual([{ n: 2 }]);
  });

  it('the one that fails is named, all is taken back, and the session can go on', async () => {
    const failure = await run([
      'CREATE TABLE b (id integer)',
      'SELECT 1',
      'INSERT INTO b VALUES (1 / (SELECT count(*) FROM b))',
      'SELECT 2',
    ]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StatementFailure);
    expect(failure).toMatchObject({ position: 2, undone: true, code: 'DATABASE.STATEMENT_FAILED' });
    expect(await session.query("SELECT to_regclass('b') AS b")).toEqual([{ b: null }]);
  });

  it('a syntax error anywhere runs nothing', async () => {
    await expect(run(['CREATE TABLE c (id integer)', 'FROBNICATE'])).rejects.toMatchObject({ undone: true });
    expect(await session.query("SELECT to_regclass('c') AS c")).toEqual([{ c: null }]);
  });
});
