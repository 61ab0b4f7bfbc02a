import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Has every character that goes wrong in a URL, a shell or an argument list. */
export const PASSWORD = 'p@ss#100% s:é/cret';

export interface PostgresServer {
  readonly url: string;
  readonly port: number;
  readonly major: number;
  readonly bin: string;
  /** URL of another database on the server, for another user if asked. */
  urlOf(database: string, user?: string, password?: string): string;
  stop(): void;
}

/** Folders with server binaries, highest major first. */
export function postgresFolders(): readonly string[] {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(debian, version, 'bin'));
  return [...folders, ...(process.env.PATH ?? '').split(delimiter)].filter((folder) =>
    existsSync(join(folder, 'initdb')),
  );
}

/** True where tests with a server can run. With CI=true their absence is a failure, otherwise it is said loudly. */
export function havePostgres(): boolean {
  if (postgresFolders().length > 0) return true;
  const message = 'No PostgreSQL server binaries (initdb): the tests that need them DID NOT RUN. Install postgresql.';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`\n*** ${message} ***\n`);
  return false;
}

/** A throwaway cluster on a free loopback port, with password authentication; runs as user postgres where we are root. */
export async function startPostgres(options: { readonly settings?: readonly string[] } = {}): Promise<PostgresServer> {
  const bin = postgresFolders()[0];
  if (bin === undefined) throw new Error('no PostgreSQL server binaries');
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-pg-'));
  const port = await freePort();
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  const asPostgres = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
  if (asPostgres.length > 0) {
    const owner = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    for (const path of [folder, passwordFile]) chownSync(path, owner('-u'), owner('-g'));
  }
  const run = (...argv: string[]): void => {
    const [program = '', ...args] = [...asPostgres, ...argv];
    const done = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', cwd: '/' });
    if (done.status !== 0) throw new Error(`${argv[0]} failed: ${done.stderr}`);
  };
  const data = join(folder, 'data');
  run(
    join(bin, 'initdb'),
    '-D',
    data,
    '-U',
    'postgres',
    `--pwfile=${passwordFile}`,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '--locale=C',
    '-N',
  );
  const settings = [
    `port=${port}`,
    `unix_socket_directories='${folder}'`,
    "listen_addresses='127.0.0.1'",
    'fsync=off',
    'log_min_messages=panic',
  ];
  appendFileSync(join(data, 'postgresql.conf'), `\n${[...settings, ...(options.settings ?? [])].join('\n')}\n`);
  run(join(bin, 'pg_ctl'), '-D', data, '-w', '-l', join(folder, 'log'), 'start');
  const major = Number(/\d+/.exec(execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }))?.[0]);
  const urlOf = (database: string, user = 'postgres', password = PASSWORD): string =>
    `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  return {
    url: urlOf('postgres'),
    port,
    major,
    bin,
    urlOf,
    stop() {
      try {
        run(join(bin, 'pg_ctl'), '-D', data, '-m', 'immediate', '-w', 'stop');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error()),
      );
    });
  });
}
