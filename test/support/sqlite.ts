import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { Fingerprint } from '../../src/core/database-engine.ts';
import type { DatabaseHandle, Session, Workbench } from '../../src/core/ports.ts';
import { urlOfFile } from '../../src/engines/sqlite/facts.ts';
import { fingerprint } from '../../src/engines/sqlite/fingerprint.ts';
import { createWorkbench } from '../../src/io/workbench.ts';

/** A folder that goes when the test does. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real workbench that is disposed of when the test ends. */
export function testWorkbench(
  options: { signal?: AbortSignal; progress?: (message: string, fraction?: number) => void } = {},
): Workbench {
  const bench = createWorkbench({ root: '/', signal: new AbortController().signal, progress() {}, ...options });
  onTestFinished(() => bench.dispose());
  return bench;
}

/** Makes a database file with the driver itself, and closes it. */
export function makeDatabase(path: string, sql: string): DatabaseHandle {
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return handleOf(path);
}

export function handleOf(path: string): DatabaseHandle {
  return createWorkbench({ root: '/', signal: new AbortController().signal, progress() {} }).handle(urlOfFile(path));
}

/** Everything SQLite may ever put into a table, in tables that are hard to copy. */
export const AWKWARD = `
  PRAGMA foreign_keys = OFF;
  CREATE TABLE "a""b" ("x ""y""" TEXT, b);
  INSERT INTO "a""b" VALUES (NULL, ''), ('', NULL), ('0', 0), ('1.0', 1.0), (x'00ff', 9223372036854775807), (-0.1, 'it''s'), ('ü€😀', x'');
  CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE COLLATE NOCASE);
  INSERT INTO parent (name) VALUES ('one'), ('two'), ('three');
  DELETE FROM parent WHERE name = 'three';
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
  INSERT INTO child VALUES (1, 1), (2, 2);
  CREATE TABLE pairs (a TEXT, b INTEGER, note, PRIMARY KEY (a, b)) WITHOUT ROWID;
  INSERT INTO pairs VALUES ('k', 1, 'n'), ('k', 2, NULL);
  CREATE TABLE made (n INTEGER, twice INTEGER GENERATED ALWAYS AS (n * 2) STORED, thrice GENERATED ALWAYS AS (n * 3) VIRTUAL);
  INSERT INTO made (n) VALUES (1), (2);
  CREATE TABLE numbered (rowid TEXT, v TEXT);
  INSERT INTO numbered VALUES ('not a number', 'v');
  CREATE VIRTUAL TABLE pages USING fts5 (title, body);
  INSERT INTO pages VALUES ('Sluice', 'water level'), ('Gate', 'closed');
  CREATE TABLE _migrations (id TEXT PRIMARY KEY, applied_at TEXT);
  INSERT INTO _migrations VALUES ('0001', '2026-01-01');
  CREATE INDEX child_parent ON child (parent_id) WHERE parent_id > 0;
  CREATE VIEW names AS SELECT name FROM parent;
  CREATE TRIGGER watch AFTER INSERT ON child BEGIN UPDATE parent SET name = name || '!' WHERE id = new.parent_id; END;
  PRAGMA user_version = 7;
  PRAGMA application_id = 99;
`;

/** A table \`t\` with so many rows of about 100 bytes. */
export function manyRows(rows: number): string {
  return `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);
    WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${rows})
    INSERT INTO t SELECT i, hex(randomblob(45)), i FROM c;`;
}

export async function fingerprintOf(bench: Workbench, path: string): Promise<Fingerprint> {
  return await withSession(bench, path, (session) => fingerprint(session));
}

export async function withSession<T>(
  bench: Workbench,
  path: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await bench.connect(handleOf(path), { readOnly: true });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
