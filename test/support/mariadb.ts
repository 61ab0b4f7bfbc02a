import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openMysql } from '../../src/io/database/mysql.ts';
import { Secret } from '../../src/io/secret.ts';
import { freePort, PASSWORD } from './postgres.ts';

export interface MariadbServer {
  readonly url: string;
  readonly port: number;
  urlOf(database: string, user?: string, password?: string): string;
  stop(): Promise<void>;
}

function programOf(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** True where tests with MariaDB can run. With CI=true its absence is a failure, otherwise it is said loudly. */
export function haveMariadb(): boolean {
  if (programOf('mariadbd') && programOf('mariadb-install-db')) return true;
  const message = 'No MariaDB server (mariadbd): the tests that need it DID NOT RUN. Install mariadb-server.';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`\n*** ${message} ***\n`);
  return false;
}

/** A throwaway server on a free loopback port with a database `app`; runs as user mysql where we are root. */
export async function startMariadb(): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-maria-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  if (user.length > 0) execFileSync('chown', ['mysql', folder]);
  const install = [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ];
  execFileSync(programOf('mariadb-install-db') as string, install, { stdio: 'ignore' });
  const first = join(folder, 'first.sql');
  writeFileSync(
    first,
    `SET NAMES utf8mb4;\nALTER USER root@localhost IDENTIFIED BY '${PASSWORD}';\nCREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\nCREATE DATABASE app;\n`,
  );
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--init-file=${first}`,
  ];
  const own = [
    `--socket=${join(folder, 's')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--innodb-flush-log-at-trx-commit=0',
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
  ];
  const server = spawn(programOf('mariadbd') as string, [...args, ...own, ...user], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const urlOf = (database: string, name = 'root', password = PASSWORD): string =>
    `mysql://${encodeURIComponent(name)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const until = Date.now() + 20_000; ; ) {
    try {
      await (await openMysql({ url: Secret.of(urlOf('app')), root: '/' })).close();
      return { url: urlOf('app'), port, urlOf, stop };
    } catch (error) {
      if (Date.now() > until || server.exitCode !== null) {
        await stop();
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
