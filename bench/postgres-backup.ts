import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { backup } from '../src/engines/postgres/backup.ts';
import { createWorkbench } from '../src/io/workbench.ts';
import { PASSWORD, startPostgres } from '../test/support/postgres.ts';

const ROUNDS = 3;
const MOST = 1.1;

/** Our backup with its fingerprint (unverified) against pg_dump alone, in turns, on a database of about 300 MB. */
export async function run(): Promise<{
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly bound: string;
  readonly holds: boolean;
}> {
  const server = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-backup-bench-'));
  const bench = createWorkbench({ root: '/', signal: new AbortController().signal, progress: () => {} });
  try {
    const database = bench.handle(server.url);
    const session = await bench.connect(database);
    await session.execute(
      'CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz, kind text, amount numeric, note text)',
    );
    await session.execute(`INSERT INTO events SELECT n, now() - n * interval '1 second', 'kind ' || n % 10, n / 7.0,
      md5(n::text) || md5((n + 1)::text) FROM generate_series(1, 1500000) AS n`);
    for (let table = 0; table < 50; table++)
      await session.execute(
        `CREATE TABLE small_${table} AS SELECT n AS id, md5(n::text) AS note FROM generate_series(1, 10000) AS n`,
      );
    await session.execute('VACUUM ANALYZE');
    const [size] = await session.query('SELECT pg_size_pretty(pg_database_size(current_database())) AS size');
    await session.close();
    const ours: number[] = [];
    const bare: number[] = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const into = join(folder, String(round));
      mkdirSync(into);
      let start = performance.now();
      const taken = await backup(bench, database, { kind: 'full' }, into);
      ours.push(performance.now() - start);
      bytes = statSync(join(into, taken.file)).size;
      start = performance.now();
      const environment = {
        PGHOST: '127.0.0.1',
        PGPORT: String(server.port),
        PGUSER: 'postgres',
        PGPASSWORD: PASSWORD,
        PGDATABASE: 'postgres',
      };
      execFileSync(join(server.bin, 'pg_dump'), ['-Fc', '-f', join(into, 'bare.dump')], {
        env: { ...process.env, ...environment },
      });
      bare.push(performance.now() - start);
    }
    const ratio = median(ours) / median(bare);
    return {
      name: 'PostgreSQL backup with a fingerprint of every table',
      rows: [
        {
          what: `lockkeeper backup (${String(size?.size)} → ${(bytes / 1e6).toFixed(0)} MB)`,
          median: seconds(median(ours)),
          ratio: ratio.toFixed(2),
        },
        { what: 'pg_dump -Fc alone', median: seconds(median(bare)), ratio: '1.00' },
      ],
      bound: `at most ${MOST} × pg_dump alone, medians of ${ROUNDS}`,
      holds: ratio <= MOST,
    };
  } finally {
    await bench.dispose();
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
