import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perform, preview } from '../src/pipeline.ts';
import { openState } from '../src/state/open-state.ts';
import { type PostgresServer, startPostgres } from '../test/support/postgres.ts';

const COUNT = 1_000;
const ROUNDS = 5;

interface Peer {
  readonly name: string;
  /** Gives a fresh, empty database. */
  fresh(): { url: string; runFiles(paths: readonly string[]): void };
}

/** 1,000 migrations through plan → execute, against the same statements through the engine's own shell in one go. */
export async function run() {
  // Durable, as servers are installed: the cluster for tests turns fsync off.
  const server = await startPostgres({ settings: ['fsync=on'] });
  const files = sqlite3();
  const rows: Record<string, string>[] = [];
  let holds = true;
  try {
    for (const peer of [files, psql(server)]) {
      const [ours, theirs]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        theirs.push(runPeer(peer));
        ours.push(await runOurs(peer));
      }
      const ratio = median(ours) / median(theirs);
      holds &&= ratio <= 1.5;
      rows.push({
        peer: peer.name,
        'lockkeeper, plan → execute': `${median(ours).toFixed(0)} ms`,
        'the same files in one go': `${median(theirs).toFixed(0)} ms`,
        ratio: ratio.toFixed(2),
      });
    }
  } finally {
    files.end();
    await server.stop();
  }
  return { name: `${COUNT} raw SQL migrations`, rows, bound: '≤ 1.5 × the time of the shell, medians of 5', holds };
}

function migration(index: number): string {
  const table = `t${Math.floor(index / 10)}`;
  if (index % 10 === 0)
    return `CREATE TABLE ${table} (id integer PRIMARY KEY, name text NOT NULL, amount integer DEFAULT 0);`;
  if (index % 10 === 5) return `CREATE INDEX ${table}_i${index} ON ${table} (name);`;
  return `ALTER TABLE ${table} ADD COLUMN c${index} text;`;
}

function runPeer(peer: Peer): number {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-bench-'));
  try {
    const files = Array.from({ length: COUNT }, (_, index) => {
      const file = join(folder, `${index}.sql`);
      writeFileSync(file, migration(index));
      return file;
    });
    const database = peer.fresh();
    const began = performance.now();
    database.runFiles(files);
    return performance.now() - began;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runOurs(peer: Peer): Promise<number> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'lockkeeper-bench-')));
  const state = await openState(root);
  try {
    const database = peer.fresh();
    writeFileSync(join(root, '.env'), `DATABASE_URL=${database.url}\n`);
    mkdirSync(join(root, 'migrations'));
    for (let index = 0; index < COUNT; index++)
      writeFileSync(
        join(root, 'migrations', `${20260101000000 + index}_m.sql`),
        `-- UP\n${migration(index)}\n-- DOWN\nSELECT 1;\n`,
      );
    const call = { root, signal: new AbortController().signal, progress() {}, state: () => Promise.resolve(state) };
    const began = performance.now();
    const { plan } = await preview(call, {}, { operation: 'run' });
    const report = await perform(call, plan?.id ?? '');
    const took = performance.now() - began;
    if (!('outcome' in report) || report.outcome !== 'done') throw new Error(JSON.stringify(report).slice(0, 2_000));
    return took;
  } finally {
    state.close();
    rmSync(root, { recursive: true, force: true });
  }
}

function sqlite3(): Peer & { end(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-bench-db-'));
  let count = 0;
  return {
    name: 'sqlite3 shell',
    end: () => rmSync(folder, { recursive: true, force: true }),
    fresh() {
      const file = join(folder, `bench${count++}.db`);
      execFileSync('sqlite3', [file, 'PRAGMA user_version = 1;']);
      return {
        url: `sqlite:${file}`,
        runFiles: (paths) =>
          void execFileSync('sqlite3', ['-bail', file], { input: paths.map((path) => `.read ${path}\n`).join('') }),
      };
    },
  };
}

function psql(server: PostgresServer): Peer {
  let count = 0;
  return {
    name: 'psql',
    fresh() {
      const name = `bench_${count++}`;
      execFileSync('psql', ['-qX', '-d', server.url, '-c', `CREATE DATABASE ${name}`]);
      const url = server.urlOf(name);
      return {
        url,
        runFiles: (paths) =>
          void execFileSync('psql', [
            '-qX',
            '-v',
            'ON_ERROR_STOP=1',
            '-d',
            url,
            ...paths.flatMap((path) => ['-f', path]),
          ]),
      };
    },
  };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
