import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { startChild } from '../test/support/child.ts';

const BYTES = 1024 ** 3;
const MOST_MEGABYTES = 150;
const CHILD = new URL('test/support/sqlite-child.ts', pathToFileURL(`${process.cwd()}/`));

/** Time and peak memory of a backup with its fingerprint, of a restore and of a fingerprint alone, on a SQLite file of 1 GB. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-sqlite-bench-'));
  try {
    const file = join(folder, 'large.db');
    const made = makeLarge(file);
    const backups = join(folder, 'backup');
    mkdirSync(backups);
    const measured = [
      { what: 'start and stop', ...(await measure(['nothing', file])) },
      { what: 'backup, with the fingerprint of its snapshot', ...(await measure(['backup', file, backups])) },
      { what: 'fingerprint alone', ...(await measure(['fingerprint', file])) },
      {
        what: 'restore over a populated database, with integrity check',
        ...(await measure(['restore', file, join(backups, 'database.sqlite')])),
      },
    ];
    return {
      name: `SQLite: backup and restore of ${(made.bytes / 1e9).toFixed(2)} GB, ${made.rows.toLocaleString('en')} rows`,
      rows: measured.map(({ what, ms, megabytes }) => ({
        what,
        time: `${(ms / 1000).toFixed(1)} s`,
        'peak memory (VmHWM)': `${megabytes.toFixed(0)} MB`,
      })),
      bound: `no process above ${MOST_MEGABYTES} MB`,
      holds: measured.every(({ megabytes }) => megabytes <= MOST_MEGABYTES),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(args: readonly string[]): Promise<{ readonly ms: number; readonly megabytes: number }> {
  const start = performance.now();
  const child = startChild(CHILD, args);
  const kilobytes = Number(await child.hears('peak'));
  await child.ended;
  return { ms: performance.now() - start, megabytes: kilobytes / 1024 };
}

function makeLarge(file: string): { readonly bytes: number; readonly rows: number } {
  const database = new Database(file);
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE events (id INTEGER PRIMARY KEY, at TEXT, kind TEXT, amount REAL, note TEXT, payload BLOB);
    CREATE INDEX events_kind ON events (kind, at);`);
  const add = database.prepare(`WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 50000)
    INSERT INTO events (at, kind, amount, note, payload)
    SELECT datetime(1700000000 + i, 'unixepoch'), 'kind ' || (i % 10), i / 7.0, hex(randomblob(60)), randomblob(200) FROM c`);
  let rows = 0;
  while (statSync(file).size < BYTES) rows += add.run().changes;
  database.close();
  return { bytes: statSync(file).size, rows };
}
