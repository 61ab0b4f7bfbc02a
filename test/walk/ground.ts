import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { Person } from '../../src/mcp/ask.ts';
import { type Answer, answerTool } from '../../src/mcp/define-tool.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import type { Call } from '../../src/pipeline.ts';
import { openState, type State } from '../../src/state/open-state.ts';
import type { PostgresServer } from '../support/postgres.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** Whoever runs these tests may be an agent; the program must not know. */
const MARKERS =
  /^(AI_AGENT|AGENT|AIDER|ANTIGRAVITY|AUGMENT|CLAUDE|CLINE|CODEX|CRUSH|CURSOR|GEMINI|GOOSE|OPENCODE|QWEN|TRAE)/;

export type Rows = readonly Record<string, unknown>[];
// Tests read what they expect; shapes are checked by the tools' own output schemas (see `tool`).
// biome-ignore lint/suspicious/noExplicitAny: answers are whatever the tool gives
export type Said = Answer & Record<string, any>;

/** A workspace with one database, and the program as a user starts it: a process of its own that can be killed. */
export interface Ground {
  readonly root: string;
  /** Where its processes put their temporary files, and nobody else does. */
  readonly temporary: string;
  write(path: string, contents: string): void;
  sql(sql: string): Promise<Rows>;
  run(args: readonly string[], options?: Starting): Ended;
  json(args: readonly string[], options?: Starting): Said;
  start(args: readonly string[], options?: Starting): Running;
  /** The same through answerTool in this process, with its answer held against the tool's output schema. */
  tool(name: string, input?: Record<string, unknown>, person?: Person): Promise<Said>;
  state(): Promise<State>;
}

export interface Starting {
  readonly environment?: NodeJS.ProcessEnv;
  /** Shell lines that run first, in a mount namespace of their own. Needs root. */
  readonly mounts?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  isOver(): boolean;
  /** SIGKILL, as the kernel gives it when memory runs out. */
  kill(): Promise<void>;
}

interface Base {
  readonly url: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly root?: string;
}

/** On a SQLite file `shop.db` in the workspace. */
export function sqliteGround(files: Readonly<Record<string, string>>, sql = '', root?: string): Ground {
  const ground = groundOn({ url: 'sqlite:shop.db', files, ...(root !== undefined && { root }) }, (text) =>
    onSqlite(join(ground.root, 'shop.db'), text),
  );
  onSqlite(join(ground.root, 'shop.db'), sql === '' ? 'PRAGMA user_version = 1' : sql);
  return ground;
}

/** On a database of its own on the server. */
export async function postgresGround(
  server: PostgresServer,
  files: Readonly<Record<string, string>>,
  sql = '',
  extra: Readonly<Record<string, string>> = {},
): Promise<Ground> {
  const name = `walk_${randomBytes(4).toString('hex')}`;
  await onPostgres(server.url, `CREATE DATABASE ${name}`);
  onTestFinished(async () => {
    // A server that a test has stopped has no databases to drop.
    await onPostgres(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch(() => {});
  });
  const url = server.urlOf(name);
  if (sql !== '') await onPostgres(url, sql);
  return groundOn({ url, files: { ...files, ...extra } }, (text) => onPostgres(url, text));
}

export function groundOn({ url, files = {}, root: given }: Base, sql: (text: string) => Rows | Promise<Rows>): Ground {
  const root = given ?? realpathSync(mkdtempSync(join(tmpdir(), 'walk-root-')));
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'walk-tmp-')));
  // As /tmp is: a shadow server runs as another user where we are root.
  chmodSync(temporary, 0o1777);
  const write = (path: string, contents: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
  };
  for (const [path, contents] of Object.entries({ '.env': `DATABASE_URL=${url}\n`, ...files })) write(path, contents);
  const kept = Object.entries(process.env).filter(([name]) => !MARKERS.test(name) && name !== 'NO_COLOR');
  const environment = { ...Object.fromEntries(kept), TMPDIR: temporary };
  const running = new Set<Running>();
  let state: Promise<State> | undefined;
  const call: Call = {
    root,
    signal: new AbortController().signal,
    progress() {},
    state: () => (state ??= openState(root)),
  };
  onTestFinished(async () => {
    for (const one of running) await one.kill();
    (await state?.catch(() => undefined))?.close();
    if (given === undefined) rmSync(root, { recursive: true, force: true });
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  });
  const command = (args: readonly string[], { mounts }: Starting): [string, ...string[]] => {
    const plain: [string, ...string[]] = [process.execPath, MAIN, ...args];
    return mounts === undefined ? plain : ['unshare', '-m', '/bin/sh', '-ec', `${mounts}\nexec "$@"`, 'sh', ...plain];
  };
  const ground: Ground = {
    root,
    temporary,
    write,
    sql: async (text) => sql(text),
    run(args, options = {}) {
      const [program, ...rest] = command(args, options);
      const done = spawnSync(program, rest, {
        cwd: root,
        env: { ...environment, ...options.environment },
        encoding: 'utf8',
        input: '',
        timeout: 90_000,
      });
      return { code: done.status, stdout: done.stdout, stderr: done.stderr };
    },
    json(args, options) {
      const { stdout, stderr, code } = ground.run([...args, '--json'], options);
      try {
        return JSON.parse(stdout) as Said;
      } catch {
        throw new Error(`${args.join(' ')} ended with ${code} and printed no JSON: ${stdout}${stderr}`);
      }
    },
    start(args, options = {}) {
      const [program, ...rest] = command(args, options);
      const child = spawn(program, rest, {
        cwd: root,
        env: { ...environment, ...options.environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = { stdout: '', stderr: '' };
      for (const pipe of ['stdout', 'stderr'] as const)
        child[pipe].setEncoding('utf8').on('data', (text: string) => {
          said[pipe] += text;
        });
      let over = false;
      // Not `close`: children of a killed process may hold its pipes for a moment longer.
      const ended = new Promise<Ended>((resolve) =>
        child.once('exit', async (code) => {
          over = true;
          if (code !== null && !child.stdout.readableEnded)
            await Promise.race([new Promise((done) => child.once('close', done)), sleep(2_000)]);
          resolve({ code, ...said });
        }),
      );
      const one: Running = {
        process: child,
        ended,
        isOver: () => over,
        async kill() {
          child.kill('SIGKILL');
          await ended;
        },
      };
      running.add(one);
      return one;
    },
    async tool(name, input = {}, person) {
      const answer = await answerTool(name, input, call, person);
      const schema = TOOLS.find((one) => one.name === name)?.output;
      const checked = schema?.safeParse(answer);
      if (checked?.success !== true) throw new Error(`${name} answers in another shape: ${checked?.error.message}`);
      return answer as Said;
    },
    state: () => call.state(),
  };
  return ground;
}

/** Plans and runs through the tools; the answer of whichever did not end well. */
export async function goThrough(
  ground: Ground,
  operation: string,
  input: Record<string, unknown> = {},
  person?: Person,
): Promise<Said> {
  const planned = await ground.tool('planOperation', { operation, ...input });
  if (planned.outcome !== 'done') return planned;
  const tool =
    operation === 'rollback' || operation === 'restore' ? 'rollback' : operation === 'seed' ? 'seed' : 'runMigrations';
  return ground.tool(tool, { planId: planned.planId }, person);
}

export async function until<T>(what: string, look: () => T | Promise<T>, ms = 20_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + ms; ; await sleep(2)) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<T>;
    if (Date.now() > end) throw new Error(`never seen: ${what}`);
  }
}

/** Command lines of processes that work on these folders, apart from this one. */
export function processesOn(...folders: readonly string[]): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => folders.some((folder) => line.includes(folder)));
}

/** What only root can do here, such as mounting. Without it the test is skipped loudly; on CI that is a failure. */
export function haveMounts(): boolean {
  const tried = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  if (tried.status === 0) return true;
  const message = 'No right to mount (root): the tests with full and read-only disks DID NOT RUN.';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`\n*** ${message} ***\n`);
  return false;
}

/** A file system of its own and of that size, gone when the test is over. */
export function mountedFolder(size: string): { readonly path: string; readOnly(): void; writable(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'walk-mount-')));
  const mount = (...args: string[]): void => {
    const done = spawnSync('mount', [...args, path], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`mount: ${done.stderr}`);
  };
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs');
  onTestFinished(() => {
    spawnSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  });
  return { path, readOnly: () => mount('-o', 'remount,ro'), writable: () => mount('-o', 'remount,rw') };
}

function onSqlite(file: string, sql: string): Rows {
  const database = new Sqlite(file, { timeout: 10_000 });
  try {
    const parts = sql.trim().replace(/;$/, '').split(';\n');
    const last = parts.pop() ?? '';
    if (parts.length > 0) database.exec(parts.join(';\n'));
    const statement = database.prepare(last);
    if (statement.reader) return statement.all() as Rows;
    statement.run();
    return [];
  } finally {
    database.close();
  }
}

export async function onPostgres(url: string, sql: string): Promise<Rows> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const result: unknown = await client.query(sql);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return (last as pg.QueryResult<Record<string, unknown>>).rows;
  } finally {
    await client.end();
  }
}
