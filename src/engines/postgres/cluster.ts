import { randomBytes } from 'node:crypto';
import type { Shadow } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Workbench } from '../../core/ports.ts';
import { fence } from '../../core/untrusted.ts';
import { asSuperuser, contained, type Login, makeOwner, newLogin, settleOwner } from './contained.ts';
import { ALIVE } from './ends-with-us.ts';
import type { Program } from './programs.ts';

const START_MS = 60_000;
const RETRY_MS = 50;

/** Nothing in a shadow has to survive a crash, and nothing but lockkeeper should find it. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'max_wal_senders=0',
  'wal_level=minimal',
  'max_connections=30',
  'listen_addresses=127.0.0.1',
  'log_min_messages=warning',
  'max_locks_per_transaction=256',
];

/**
 * A throwaway cluster of the given initdb's version, in a folder of its own on a free loopback port. Every user of the machine can reach
 * loopback, so it asks for a random password. It runs in the foreground as a child, so it ends when we do.
 */
export async function startCluster(bench: Workbench, initdb: Program): Promise<Shadow> {
  const folder = await bench.temporaryFolder();
  const asUser = serverUser();
  try {
    const password = randomBytes(18).toString('base64url');
    const data = `${folder.path}/data`;
    const passwordFile = `${folder.path}/password`;
    await bench.files.write(passwordFile, password);
    if (asUser !== undefined) await checked(bench, ['chown', '-R', asUser, folder.path]);
    const as = asUser === undefined ? {} : { asUser };
    const options = ['-U', 'postgres', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8', '-N'];
    const make = (locale: string): Promise<string | undefined> =>
      attempt(bench, [initdb.path, '-D', data, ...options, locale], as);
    // C orders as code points do on every machine; its UTF-8 variant knows letters beyond ASCII where the system has it.
    if ((await make('--locale=C.UTF-8')) !== undefined) {
      const failed = await make('--locale=C');
      if (failed !== undefined) throw new LockkeeperError('PROGRAM.FAILED', `initdb failed. ${fence(failed)}`);
    }
    const port = await bench.freePort();
    const settings = [...SETTINGS, `port=${port}`, `unix_socket_directories=${socketFolder(folder.path)}`];
    const server = await bench.start({
      argv: watched(
        [programBeside(initdb, 'postgres'), '-D', data, ...settings.flatMap((one) => ['-c', one])],
        folder.path,
      ),
      ...as,
    });
    const loginAs = (login: Login): DatabaseHandle =>
      bench.handle(`postgresql://${login.user}:${login.password}@127.0.0.1:${port}/postgres?sslmode=disable`);
    const superuser = loginAs({ user: 'postgres', password });
    const owner = newLogin();
    const dispose = async (): Promise<void> => {
      // Sessions that someone forgot to close would make the server wait for them at an ordinary stop.
      const stop: [string, ...string[]] = [programBeside(initdb, 'pg_ctl'), '-D', data, '-m', 'immediate', 'stop'];
      await attempt(bench, stop, as).catch(() => {});
      await server.stop();
      await folder.remove();
    };
    try {
      await ready(bench, superuser, server.exited);
      await asSuperuser(bench, superuser, async (session) => {
        await makeOwner(session, owner);
        await settleOwner(session, owner);
      });
    } catch (error) {
      await server.stop();
      throw error;
    }
    const database = contained(loginAs(owner), superuser);
    return { database, server: { engine: 'postgres', version: initdb.version, kind: 'throwaway cluster' }, dispose };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function ready(
  bench: Workbench,
  database: Shadow['database'],
  exited: Promise<{ readonly stderr: string }>,
): Promise<void> {
  let ended: string | undefined;
  exited.then(
    (result) => {
      ended = result.stderr;
    },
    (error: unknown) => {
      ended = error instanceof Error ? error.message : '';
    },
  );
  for (const until = Date.now() + START_MS; ; ) {
    try {
      await (await bench.connect(database, { name: 'lockkeeper shadow' })).close();
      return;
    } catch (error) {
      if (ended !== undefined)
        throw new LockkeeperError('PROGRAM.FAILED', `The shadow server ended while starting. ${fence(ended)}`);
      const wait = error instanceof LockkeeperError && error.code === 'DATABASE.UNREACHABLE' && Date.now() < until;
      if (!wait || bench.signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function programBeside(initdb: Program, name: string): string {
  return initdb.path.replace(/initdb(\.exe)?$/, `${name}$1`);
}

/**
 * The command, watched: a child of it ends the server and removes its folder when this process is gone without having done so
 * (kill -9), or when the folder is.
 */
export function watched(
  command: readonly [string, ...string[]],
  folder: string,
  parent: number = process.pid,
): readonly [string, ...string[]] {
  if (process.platform === 'win32') return command;
  const script = `
    parent=$1 folder=$2; shift 2
    ${ALIVE}
    (
      while alive "$parent" && alive $$ && [ -d "$folder" ]; do sleep 1; done
      kill -QUIT $$
      alive "$parent" || { sleep 1; rm -rf "$folder"; }
    ) </dev/null >/dev/null 2>&1 &
    exec "$@"`;
  return ['sh', '-c', script, 'sh', String(parent), folder, ...command];
}

/** PostgreSQL refuses to run as root; its packages bring the user postgres. */
function serverUser(): string | undefined {
  return process.getuid?.() === 0 ? 'postgres' : undefined;
}

/** A socket's path may not exceed 107 bytes (Linux, sun_path); without sockets loopback still works. */
function socketFolder(path: string): string {
  return path.length < 80 && process.platform !== 'win32' ? path : "''";
}

async function checked(bench: Workbench, argv: [string, ...string[]]): Promise<void> {
  const failed = await attempt(bench, argv, {});
  if (failed !== undefined) throw new LockkeeperError('PROGRAM.FAILED', `${argv[0]} failed. ${fence(failed)}`);
}

/** What the program said where it failed. */
async function attempt(
  bench: Workbench,
  argv: [string, ...string[]],
  as: { readonly asUser?: string },
): Promise<string | undefined> {
  const result = await bench.run({ argv, cwd: '/', timeoutMs: START_MS, ...as });
  return result.exitCode === 0 ? undefined : result.stderr;
}
