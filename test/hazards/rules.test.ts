import { describe, expect, it } from 'vitest';
import { EMPTY_SCHEMA, type Schema, schemaOf } from '../../src/core/schema.ts';
import { predict } from '../../src/engines/postgres/predict.ts';
import { split } from '../../src/engines/postgres/split.ts';
import { predict as predictSqlite } from '../../src/engines/sqlite/predict.ts';
import { split as splitSqlite } from '../../src/engines/sqlite/split.ts';
import { RULES } from '../../src/hazards/index.ts';
import { judgeStatements } from '../../src/hazards/judge.ts';

/** A database that was there before: what these statements make, taken for old. */
const POSTGRES = `
  CREATE TABLE users (id int PRIMARY KEY, email varchar(100) NOT NULL, age int, name text, score numeric(10,2));
  CREATE UNIQUE INDEX users_email_idx ON users (email);
  CREATE INDEX users_name_idx ON users (name);
  CREATE TABLE orders (id bigint PRIMARY KEY, user_id int REFERENCES users (id));
  CREATE TABLE "Odd Name" ("Select" int);
  CREATE VIEW grown AS SELECT id FROM users;
  ALTER TABLE orders ADD CONSTRAINT id_there CHECK (user_id IS NOT NULL);`;
const SQLITE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT);
  CREATE UNIQUE INDEX users_email_idx ON users (email);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);`;

const engines = {
  postgres: { engine: { id: 'postgres' as const, predict }, split, existing: POSTGRES },
  sqlite: { engine: { id: 'sqlite' as const, predict: predictSqlite }, split: splitSqlite, existing: SQLITE },
};

async function existing(id: keyof typeof engines, rows?: number): Promise<Schema> {
  const { engine, split: cut, existing: script } = engines[id];
  const state = { schema: EMPTY_SCHEMA, version: '15', transaction: false };
  const { schemaAfter } = await judgeStatements(engine, await cut(script), state);
  const objects = new Map(
    [...schemaAfter.objects].map(([key, { createdHere: _, ...object }]) => [key, object] as const),
  );
  const tables = [...objects.keys()].filter((key) => !key.includes('/'));
  return schemaOf(objects, rows === undefined ? undefined : new Map(tables.map((key) => [key, rows])));
}

async function judge(id: keyof typeof engines, script: string, options: { rows?: number; transaction?: boolean } = {}) {
  const { engine, split: cut } = engines[id];
  const schema = await existing(id, options.rows);
  const statements = await cut(script).catch(() => [{ sql: script, line: 1 }]);
  return judgeStatements(engine, statements, { schema, version: '15', transaction: options.transaction ?? false });
}

type Example = readonly [
  rule: string,
  engine: keyof typeof engines,
  script: string,
  options?: { rows?: number; transaction?: boolean },
];

const FINDS: readonly Example[] = [
  ['drop-table', 'postgres', 'DROP TABLE users CASCADE'],
  ['drop-table', 'sqlite', 'DROP TABLE Users'],
  ['leaves-database', 'postgres', "COPY users TO PROGRAM 'sh'"],
  ['leaves-database', 'postgres', "COPY users TO '/tmp/users'"],
  ['leaves-database', 'postgres', 'DROP DATABASE shop'],
  ['drop-column', 'postgres', 'ALTER TABLE users DROP COLUMN age'],
  ['drop-column', 'sqlite', 'ALTER TABLE users DROP name'],
  ['truncate', 'postgres', 'TRUNCATE users'],
  ['delete-without-where', 'postgres', 'DELETE FROM users'],
  ['delete-without-where', 'postgres', 'WITH gone AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM gone'],
  ['delete-without-where', 'postgres', 'DELETE FROM users WHERE 1 = 1'],
  ['delete-without-where', 'sqlite', 'DELETE FROM users WHERE 1'],
  ['update-without-where', 'postgres', "UPDATE users SET name = 'x'"],
  ['rename-table', 'postgres', 'ALTER TABLE users RENAME TO people'],
  ['rename-table', 'sqlite', 'ALTER TABLE users RENAME TO people'],
  ['rename-column', 'postgres', 'ALTER TABLE users RENAME email TO mail'],
  ['change-type', 'postgres', 'ALTER TABLE users ALTER id TYPE bigint'],
  ['change-type', 'postgres', 'ALTER TABLE users ALTER score TYPE numeric(10,0)'],
  ['change-type', 'postgres', 'ALTER TABLE elsewhere ALTER a TYPE bigint'],
  ['set-not-null', 'postgres', 'ALTER TABLE users ALTER age SET NOT NULL'],
  ['index-not-concurrent', 'postgres', 'CREATE INDEX ON users (age)'],
  ['index-not-concurrent', 'sqlite', 'CREATE INDEX i ON users (name)'],
  ['add-column-fills-rows', 'postgres', 'ALTER TABLE users ADD u uuid DEFAULT gen_random_uuid()'],
  ['add-column-fills-rows', 'postgres', 'ALTER TABLE users ADD n bigserial'],
  ['add-column-not-null-without-default', 'postgres', 'ALTER TABLE users ADD must text NOT NULL'],
  ['add-column-not-null-without-default', 'sqlite', 'ALTER TABLE users ADD must text NOT NULL'],
  ['add-foreign-key-not-valid', 'postgres', 'ALTER TABLE users ADD FOREIGN KEY (age) REFERENCES orders (id)'],
  ['add-constraint-scans', 'postgres', 'ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17)'],
  ['add-constraint-scans', 'postgres', 'ALTER TABLE users ADD UNIQUE (name)'],
  ['concurrently-in-transaction', 'postgres', 'BEGIN; CREATE INDEX CONCURRENTLY i ON users (age); COMMIT'],
  ['concurrently-in-transaction', 'postgres', 'VACUUM users', { transaction: true }],
  ['concurrently-in-transaction', 'sqlite', 'VACUUM', { transaction: true }],
  ['drop-object-cascade', 'postgres', 'DROP SCHEMA other CASCADE'],
  ['breaks-object', 'postgres', 'DROP VIEW grown'],
  ['breaks-object', 'postgres', 'DROP INDEX users_email_idx'],
  ['opaque', 'postgres', 'DO $$ BEGIN DELETE FROM users; END $$'],
  ['opaque', 'postgres', 'SELECT tidy_up()'],
  ['opaque', 'sqlite', "ATTACH 'other.db' AS other"],
  ['unparsed', 'postgres', 'ALTER TABEL users'],
  ['unparsed', 'sqlite', 'ALTER TABEL users'],
  ['rewrite-table', 'postgres', 'VACUUM (FULL) users'],
  ['rewrite-table', 'postgres', 'CLUSTER users USING users_name_idx'],
  ['rewrite-table', 'postgres', 'REINDEX TABLE users'],
  [
    'works-under-lock',
    'postgres',
    'ALTER TABLE users ADD nick text; UPDATE users SET nick = name',
    { transaction: true },
  ],
  ['several-locks', 'postgres', 'CREATE TABLE a(); LOCK users, orders, "Odd Name", one, two', { transaction: true }],
  ['sqlite-foreign-keys-pragma', 'sqlite', 'BEGIN; PRAGMA foreign_keys = OFF; COMMIT'],
  ['sqlite-pragma', 'sqlite', 'PRAGMA writable_schema = ON'],
  ['sqlite-drop-table-cascades', 'sqlite', 'DROP TABLE users'],
];

/** What is not it, and what exempts it. */
const KEEPS_QUIET: readonly Example[] = [
  ['drop-table', 'postgres', 'CREATE TABLE t (a int); DROP TABLE t'],
  ['drop-table', 'postgres', 'DROP VIEW grown'],
  ['leaves-database', 'postgres', 'COPY users TO STDOUT'],
  ['leaves-database', 'postgres', 'DROP SCHEMA shop'],
  ['drop-column', 'postgres', 'CREATE TABLE t (a int); ALTER TABLE t DROP a'],
  ['drop-column', 'postgres', 'ALTER TABLE users ALTER age DROP DEFAULT'],
  ['truncate', 'postgres', 'CREATE TABLE t (a int); TRUNCATE t'],
  ['truncate', 'postgres', 'SELECT 1'],
  ['delete-without-where', 'postgres', 'DELETE FROM users WHERE id = 1'],
  ['delete-without-where', 'postgres', 'CREATE TABLE t (a int); DELETE FROM t'],
  ['update-without-where', 'postgres', 'UPDATE users SET age = 1 WHERE id = 1'],
  ['update-without-where', 'postgres', 'CREATE TABLE t (a int); UPDATE t SET a = 1'],
  ['rename-table', 'postgres', 'CREATE TABLE t (a int); ALTER TABLE t RENAME TO u'],
  ['rename-table', 'postgres', 'ALTER INDEX users_name_idx RENAME TO other'],
  ['rename-column', 'postgres', 'ALTER TABLE users ADD nick text; ALTER TABLE users RENAME nick TO nickname'],
  ['rename-column', 'postgres', 'ALTER TABLE users RENAME CONSTRAINT users_pkey TO users_pk'],
  ['change-type', 'postgres', 'ALTER TABLE users ALTER email TYPE varchar(200)'],
  ['change-type', 'postgres', 'ALTER TABLE users ALTER email TYPE text'],
  ['change-type', 'postgres', 'CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE bigint'],
  ['set-not-null', 'postgres', 'ALTER TABLE orders ALTER user_id SET NOT NULL'],
  ['set-not-null', 'postgres', 'ALTER TABLE users ALTER email SET NOT NULL'],
  ['set-not-null', 'postgres', 'CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL'],
  ['index-not-concurrent', 'postgres', 'CREATE INDEX CONCURRENTLY i ON users (age)'],
  ['index-not-concurrent', 'postgres', 'CREATE INDEX IF NOT EXISTS users_name_idx ON users (name)'],
  ['index-not-concurrent', 'postgres', 'CREATE TABLE t (a int); CREATE INDEX i ON t (a)'],
  ['add-column-fills-rows', 'postgres', 'ALTER TABLE users ADD seen timestamptz DEFAULT now()'],
  ['add-column-fills-rows', 'postgres', 'CREATE TABLE t (a int); ALTER TABLE t ADD b serial'],
  ['add-column-not-null-without-default', 'postgres', 'ALTER TABLE users ADD must text NOT NULL DEFAULT 0'],
  ['add-column-not-null-without-default', 'postgres', 'CREATE TABLE t (a int); ALTER TABLE t ADD b int NOT NULL'],
  ['add-foreign-key-not-valid', 'postgres', 'ALTER TABLE users ADD FOREIGN KEY (age) REFERENCES orders (id) NOT VALID'],
  ['add-foreign-key-not-valid', 'postgres', 'CREATE TABLE t (a int REFERENCES users (id))'],
  ['add-constraint-scans', 'postgres', 'ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 17) NOT VALID'],
  ['add-constraint-scans', 'postgres', 'ALTER TABLE users ADD CONSTRAINT one UNIQUE USING INDEX users_email_idx'],
  ['add-constraint-scans', 'postgres', 'CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a > 1)'],
  ['drop-object-cascade', 'postgres', 'DROP VIEW grown'],
  ['breaks-object', 'postgres', 'DROP INDEX users_name_idx'],
  ['breaks-object', 'postgres', 'CREATE VIEW v AS SELECT 1; DROP VIEW v'],
  ['opaque', 'postgres', 'SELECT count(*), now(), setval(pg_get_serial_sequence(1, 2), 3) FROM users'],
  ['opaque', 'postgres', 'CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$; SELECT f()'],
  ['unparsed', 'postgres', 'SELECT 1'],
  ['rewrite-table', 'postgres', 'VACUUM ANALYZE users'],
  ['rewrite-table', 'postgres', 'REINDEX TABLE CONCURRENTLY users'],
  ['works-under-lock', 'postgres', 'ALTER TABLE users ADD nick text; UPDATE users SET nick = name'],
  [
    'works-under-lock',
    'postgres',
    'ALTER TABLE users ADD nick text; UPDATE users SET nick = name WHERE id < 9',
    { transaction: true },
  ],
  ['works-under-lock', 'postgres', 'BEGIN; ALTER TABLE users ADD nick text; COMMIT; UPDATE users SET nick = name'],
  ['several-locks', 'postgres', 'LOCK users, orders, "Odd Name", one, two'],
  ['sqlite-foreign-keys-pragma', 'sqlite', 'PRAGMA foreign_keys = OFF; BEGIN; COMMIT; PRAGMA foreign_keys = ON'],
  ['sqlite-pragma', 'sqlite', 'PRAGMA user_version = 3'],
  ['sqlite-drop-table-cascades', 'sqlite', 'PRAGMA foreign_keys = OFF; DROP TABLE users'],
  ['sqlite-drop-table-cascades', 'sqlite', 'DROP TABLE posts'],
];

describe('hazard rules', () => {
  for (const [rule, engine, script, options] of FINDS) {
    it(`${rule} finds: ${engine}: ${script}`, async () => {
      const { hazards } = await judge(engine, script, options);
      expect(hazards.map((hazard) => hazard.rule)).toContain(rule);
    });
  }

  for (const [rule, engine, script, options] of KEEPS_QUIET) {
    it(`${rule} keeps quiet: ${engine}: ${script}`, async () => {
      const { hazards } = await judge(engine, script, options);
      expect(hazards.map((hazard) => hazard.rule)).not.toContain(rule);
    });
  }

  it('has an example for and against each rule', () => {
    const found = new Set(FINDS.map(([rule]) => rule));
    const quiet = new Set([...KEEPS_QUIET.map(([rule]) => rule), 'concurrently-in-transaction']);
    expect(RULES.map((rule) => rule.id).filter((id) => !found.has(id) || !quiet.has(id))).toEqual([]);
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  });

  it('says nothing about a safe migration', async () => {
    const script = `ALTER TABLE users ADD nick text; CREATE TABLE tags (id int PRIMARY KEY, user_id int REFERENCES users (id));
      CREATE INDEX ON tags (user_id); ALTER TABLE users ALTER name SET DEFAULT 'x'; COMMENT ON TABLE users IS 'people'`;
    expect((await judge('postgres', script)).hazards).toEqual([]);
  });

  it('thinks less of work on tables known to be small', async () => {
    const severity = async (rows?: number) => {
      const { hazards } = await judge('postgres', 'CREATE INDEX i ON users (age)', rows === undefined ? {} : { rows });
      return hazards[0]?.severity;
    };
    expect([await severity(), await severity(50_000), await severity(5_000), await severity(50)]).toEqual([
      'danger',
      'danger',
      'caution',
      'info',
    ]);
  });

  it('never thinks less of lost data for its size', async () => {
    const { hazards } = await judge('postgres', 'ALTER TABLE users DROP COLUMN age', { rows: 3 });
    expect(hazards[0]?.severity).toBe('danger');
  });

  it('writes the safer way out as SQL that parses, with the user’s names', async () => {
    const scripts = [
      'ALTER TABLE "Odd Name" ALTER "Select" SET NOT NULL',
      'ALTER TABLE "Odd Name" ADD CHECK ("Select" > 1)',
      'ALTER TABLE "Odd Name" ADD must int NOT NULL',
      'ALTER TABLE "Odd Name" RENAME "Select" TO "Table"',
      'ALTER TABLE "Odd Name" RENAME TO "User"',
      'ALTER TABLE "Odd Name" ADD CONSTRAINT "f k" FOREIGN KEY ("Select") REFERENCES users (id)',
      'ALTER TABLE "Odd Name" ADD UNIQUE ("Select")',
      'ALTER TABLE "Odd Name" ALTER "Select" TYPE bigint',
      'CREATE UNIQUE INDEX "An Index" ON "Odd Name" ("Select")',
      'REINDEX TABLE "Odd Name"',
    ];
    for (const script of scripts) {
      const { hazards } = await judge('postgres', script);
      const saferWay = hazards.flatMap((hazard) => hazard.saferWay ?? []);
      expect(saferWay, script).not.toEqual([]);
      const sql = saferWay.filter((line) => !line.startsWith('--')).join(';\n');
      await expect(split(sql), sql).resolves.toBeDefined();
      expect(sql, script).toContain('"Odd Name"');
    }
  });

  it('puts control characters and fences of names out of its messages', async () => {
    const { hazards } = await judge('postgres', 'ALTER TABLE "a⟪\u001b[31mb" DROP COLUMN "c\nd"');
    expect(hazards[0]?.message).toContain('column c d');
    expect(hazards[0]?.message).not.toMatch(/[⟪\u001b\n]/);
  });
});
