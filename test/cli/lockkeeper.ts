import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { folderOf } from '../support/workspace.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** Whoever runs these tests may be an agent; the commands are told apart by what a test adds. */
const MARKERS =
  /^(AI_AGENT|AGENT|AIDER|ANTIGRAVITY|AUGMENT|CLAUDE|CLINE|CODEX|CRUSH|CURSOR|GEMINI|GOOSE|OPENCODE|QWEN|TRAE)/;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Shop {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  run(args: readonly string[], extra?: { environment?: NodeJS.ProcessEnv; input?: string }): Ended;
  json(args: readonly string[]): Record<string, unknown> & { outcome: string; next: readonly { label: string }[] };
  sql(file: string, sql: string): readonly Record<string, unknown>[];
}

export const MIGRATIONS = {
  'migrations/001_users.sql':
    '-- UP\nCREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, fax TEXT);\n-- DOWN\nDROP TABLE users;\n',
  'migrations/002_name.sql':
    '-- UP\nALTER TABLE users ADD COLUMN name TEXT;\n-- DOWN\nALTER TABLE users DROP COLUMN name;\n',
};

/** A workspace with a development and a production database in SQLite, and the program to use on it. */
export function shopWith(files: Readonly<Record<string, string>> = MIGRATIONS): Shop {
  const root = folderOf({
    '.env': 'DATABASE_URL=sqlite:dev.db\n',
    '.env.production': 'DATABASE_URL=sqlite:live.db\n',
    ...files,
  });
  const kept = Object.entries(process.env).filter(([name]) => !MARKERS.test(name) && name !== 'NO_COLOR');
  const environment = { ...Object.fromEntries(kept), XDG_CONFIG_HOME: join(folderOf({ note: '' }), 'config') };
  const shop: Shop = {
    root,
    environment,
    run(args, extra = {}) {
      const done = spawnSync(process.execPath, [MAIN, ...args], {
        cwd: root,
        env: { ...environment, ...extra.environment },
        encoding: 'utf8',
        input: extra.input ?? '',
        timeout: 60_000,
      });
      return { code: done.status ?? -1, stdout: done.stdout, stderr: done.stderr };
    },
    json: (args) => JSON.parse(shop.run([...args, '--json']).stdout),
    sql(file, sql) {
      const database = new Database(join(root, file));
      try {
        const statement = database.prepare(sql);
        if (statement.reader) return statement.all() as Record<string, unknown>[];
        statement.run();
        return [];
      } finally {
        database.close();
      }
    },
  };
  for (const file of ['dev.db', 'live.db']) shop.sql(file, 'CREATE TABLE kept (a INTEGER)');
  return shop;
}

/** Starts a command and leaves it running. */
export function start(shop: Shop, args: readonly string[]) {
  return spawn(process.execPath, [MAIN, ...args], {
    cwd: shop.root,
    env: shop.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** True where a pseudo-terminal can be had. Where not, it is said loudly; on CI it is a failure. */
export function haveTerminal(): boolean {
  const found = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
  if (found) return true;
  const message = 'No script(1) of util-linux: the tests in a real terminal DID NOT RUN.';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`\n*** ${message} ***\n`);
  return false;
}

/** Runs a command in a terminal of its own. Types the answer once the prompt stands there; `ahead` at once; `piped` goes into its stdin instead. */
export async function inTerminal(
  shop: Shop,
  args: readonly string[],
  typing: {
    readonly answer?: string;
    readonly after?: RegExp;
    readonly ahead?: string;
    readonly piped?: string;
    readonly environment?: NodeJS.ProcessEnv;
  },
): Promise<{ readonly code: number; readonly screen: string }> {
  const quoted = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const command = typing.piped === undefined ? quoted : `printf '${typing.piped}\\n' | ${quoted}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: shop.root,
    env: { ...shop.environment, ...typing.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let screen = '';
  let typed = false;
  const type = (): void => {
    if (typed) return;
    typed = true;
    child.stdin.write(`${typing.answer}\n`);
  };
  if (typing.ahead !== undefined) child.stdin.write(`${typing.ahead}\n`);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (typing.after?.test(screen)) type();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  clearTimeout(timer);
  return { code, screen };
}
