import { describe, expect, it } from 'vitest';
import { EMPTY_SCHEMA } from '../../src/core/schema.ts';
import { predict } from '../../src/engines/postgres/predict.ts';
import { judgeStatements } from '../../src/hazards/judge.ts';
import { isDangerous, verdictOf } from '../../src/hazards/verdict.ts';

const judge = (statements: readonly string[], transaction = false) =>
  judgeStatements(
    { id: 'postgres', predict },
    statements.map((sql, index) => ({ sql, at: { file: 'a.sql', line: index + 1 } })),
    {
      schema: EMPTY_SCHEMA,
      version: '15',
      transaction,
    },
  );

describe('judging statements in order', () => {
  it('carries the schema along, and takes it back on ROLLBACK', async () => {
    const judged = await judge([
      'CREATE TABLE a (x int)',
      'BEGIN',
      'CREATE TABLE b (x int)',
      'ROLLBACK',
      'DROP TABLE a',
      'DROP TABLE b',
    ]);
    expect(judged.hazards.map((hazard) => [hazard.rule, hazard.at?.line])).toEqual([['drop-table', 6]]);
    expect([...judged.schemaAfter.objects.keys()]).toEqual([]);
  });

  it('holds locks until the transaction ends, and no longer', async () => {
    const work = ['ALTER TABLE a ADD x int', 'UPDATE b SET y = 1'];
    const dangerous = async (statements: string[], transaction = false) =>
      (await judge(statements, transaction)).perStatement.map((statement) => statement.worksUnderLock);
    expect(await dangerous(work)).toEqual([false, false]);
    expect(await dangerous(work, true)).toEqual([false, true]);
    expect(await dangerous(['BEGIN', ...work, 'COMMIT', 'UPDATE b SET y = 2'])).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it('counts what does not parse, and calls it dangerous', async () => {
    const judged = await judge(['SELECT 1', 'SELEC 1']);
    expect(judged.unparsed).toBe(1);
    expect(judged.perStatement.map(isDangerous)).toEqual([false, true]);
    expect(verdictOf(judged)).toBe('dangerous');
  });

  it.each([
    ['SELECT 1', 'safe'],
    ['ALTER TABLE a ADD b int', 'safe'],
    ['CREATE INDEX CONCURRENTLY i ON a (b)', 'safe'],
    ['CREATE INDEX i ON a (b)', 'dangerous'],
    ['ALTER TABLE a DROP b', 'dangerous'],
    ['ALTER TABLE a RENAME TO b', 'dangerous'],
    ['DO $$ BEGIN END $$', 'dangerous'],
  ])('%s is %s', async (sql, verdict) => {
    expect(verdictOf(await judge([sql]))).toBe(verdict);
  });

  it('stays fast over many statements', async () => {
    const start = performance.now();
    await judge(Array.from({ length: 3_000 }, (_, index) => `CREATE TABLE t${index} (a int PRIMARY KEY, b text)`));
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
