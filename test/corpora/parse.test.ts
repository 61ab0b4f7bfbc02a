import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { parseStmt } from 'sqlite3-parser';
import { describe, expect, it } from 'vitest';
import { EMPTY_SCHEMA } from '../../src/core/schema.ts';
import { parseSql } from '../../src/engines/postgres/parser.ts';
import { predict } from '../../src/engines/postgres/predict.ts';
import { splitLoosely as splitPostgres } from '../../src/engines/postgres/split.ts';
import { splitLoosely as splitSqlite } from '../../src/engines/sqlite/split.ts';
import { judgeStatements } from '../../src/hazards/judge.ts';
import { sharedFolder } from '../support/shared.ts';

const shared = sharedFolder();
const FIELDS = ['before', 'after', 'expected', 'expected_down', 'sql', 'migration', 'seed_before', 'seed_after'];

function scriptsOf(folder: string, prefix: RegExp): string[] {
  const scripts: string[] = [];
  for (const file of readdirSync(folder).filter((name) => prefix.test(name))) {
    for (const line of readFileSync(path.join(folder, file), 'utf8').trim().split('\n')) {
      const record = JSON.parse(line) as Record<string, unknown>;
      for (const field of FIELDS) if (typeof record[field] === 'string') scripts.push(record[field]);
    }
  }
  return scripts;
}

describe.skipIf(shared === undefined)('corpora: parse rates', () => {
  const folder = path.join(shared ?? '', 'corpora');

  it('PostgreSQL: all but psql’s own and what no server reads', async () => {
    const scripts = [
      ...scriptsOf(path.join(folder, 'diffpairs'), /^pg-/),
      ...scriptsOf(path.join(folder, 'lint'), /^pg-/),
      ...scriptsOf(path.join(folder, 'realpairs'), /./),
      ...readdirSync(path.join(folder, 'schemas/postgres')).map((name) =>
        readFileSync(path.join(folder, 'schemas/postgres', name), 'utf8'),
      ),
    ];
    let read = 0;
    const refused: string[] = [];
    for (const script of scripts) {
      for (const { sql } of await splitPostgres(script)) {
        const parsed = await parseSql(sql);
        if (parsed.ok && parsed.statements.length === 1) read++;
        else refused.push(sql.slice(0, 80));
      }
    }
    console.info(`PostgreSQL: ${read} of ${read + refused.length} statements`, refused);
    expect(read / (read + refused.length)).toBeGreaterThanOrEqual(0.999);
  });

  it('PostgreSQL: whole schemas are judged in order, without a word against new tables', async () => {
    const script = readFileSync(path.join(folder, 'schemas/postgres/hatchet-schema.sql'), 'utf8');
    const statements = (await splitPostgres(script)).map(({ sql, line }) => ({
      sql,
      at: { file: 'hatchet-schema.sql', line },
    }));
    const start = performance.now();
    const judged = await judgeStatements({ id: 'postgres', predict }, statements, {
      schema: EMPTY_SCHEMA,
      version: '15',
      transaction: false,
    });
    console.info(`hatchet: ${statements.length} statements judged in ${Math.round(performance.now() - start)} ms`);
    const onTables = judged.hazards.filter((hazard) => hazard.rule !== 'opaque' && hazard.severity !== 'info');
    expect(onTables.map((hazard) => `${hazard.at?.line} ${hazard.rule} ${hazard.message}`)).toEqual([]);
  });

  it('SQLite: what SQLite itself reads, and nothing else', async () => {
    const scripts = [
      ...scriptsOf(path.join(folder, 'diffpairs'), /^sqlite-/),
      ...scriptsOf(path.join(folder, 'lint'), /^sqlite-/),
      readFileSync(path.join(folder, 'schemas/sqlite/chinook.sql'), 'utf8'),
    ];
    const truth = JSON.parse(readFileSync(path.join(shared ?? '', 'truth/sqlite-ddl-truth.json'), 'utf8')) as {
      base_setup: string;
      cases: { setup: string; sql: string }[];
    };
    scripts.push(truth.base_setup, ...truth.cases.flatMap((one) => [one.setup, one.sql]));
    const database = new Database(':memory:');
    // SQLite looks names up while it parses: without its table, a statement fails on that first.
    database.exec(truth.base_setup);
    let accepted = 0;
    const wrong: string[] = [];
    for (const script of scripts) {
      for (const { sql } of await splitSqlite(script)) {
        const ours = parseStmt(sql).status === 'ok';
        const theirs = isGrammatical(database, sql);
        if (theirs) accepted++;
        if (ours !== theirs) wrong.push(sql.slice(0, 80));
      }
    }
    console.info(`SQLite: ${accepted} statements accepted, ${wrong.length} judged otherwise by the parser`, wrong);
    expect(wrong.length / accepted).toBeLessThanOrEqual(0.01);
  });
});

function isGrammatical(database: Database.Database, sql: string): boolean {
  try {
    database.prepare(sql);
    return true;
  } catch (error) {
    // Names that are not there are no matter of grammar.
    return !/syntax error|incomplete input|unrecognized token|more than one statement/.test(String(error));
  }
}
