import { LockkeeperError } from '../../core/errors.ts';
import type { Workbench } from '../../core/ports.ts';
import { fence, plain } from '../../core/untrusted.ts';
import { majorOf } from './server.ts';

const NEWEST = 30;
const OLDEST = 10;

export interface Program {
  readonly path: string;
  /** `15.18`. */
  readonly version: string;
}

/** Where packages put PostgreSQL's programs: Debian, Red Hat, Homebrew, Postgres.app, the Windows installer. */
function foldersOf(major: number): readonly string[] {
  return [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
    `/Applications/Postgres.app/Contents/Versions/${major}/bin`,
    `C:\\Program Files\\PostgreSQL\\${major}\\bin`,
  ];
}

/**
 * The program of the same major as the server, else of the nearest newer one, else whatever PATH has, else an older one. The same
 * major comes first because a newer pg_dump writes settings that an older server refuses when they are restored.
 */
export async function findPostgresProgram(bench: Workbench, name: string, major: number): Promise<Program | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const newer: string[] = [];
  for (let at = major; at <= NEWEST; at++) newer.push(...foldersOf(at));
  newer.push('/opt/homebrew/opt/libpq/bin', '/usr/local/opt/libpq/bin');
  const older: string[] = [];
  for (let at = Math.min(major - 1, NEWEST); at >= OLDEST; at--) older.push(...foldersOf(at));
  const path = (await bench.findProgram(file, newer)) ?? (await bench.findProgram(file, older));
  if (path === undefined) return undefined;
  const { exitCode, stdout } = await bench.run({ argv: [path, '--version'], timeoutMs: 30_000 });
  const version = /(\d+(?:\.\d+)*)/.exec(stdout)?.[1];
  if (exitCode !== 0 || version === undefined)
    throw new LockkeeperError('PROGRAM.FAILED', `${plain(path)} does not say its version: ${fence(stdout, 200)}`);
  return { path, version };
}

/** Like findPostgresProgram, but there must be one, and for a dump one that is not older than the server. */
export async function requirePostgresProgram(
  bench: Workbench,
  name: 'pg_dump' | 'pg_restore' | 'psql',
  serverVersion: string,
): Promise<Program> {
  const major = majorOf(serverVersion);
  const found = await findPostgresProgram(bench, name, major);
  const install = `Install the PostgreSQL ${major} client programs (Debian: postgresql-client-${major}, Homebrew: postgresql@${major}).`;
  if (!found) throw new LockkeeperError('PROGRAM.MISSING', `${name} was not found. Nothing was changed. ${install}`);
  // Older ones may write to a newer server; whether they can read the archive, they say themselves.
  if (name === 'pg_dump' && majorOf(found.version) < major)
    throw new LockkeeperError(
      'PROGRAM.TOO_OLD',
      `${name} at ${plain(found.path)} is version ${found.version}, the server is ${plain(serverVersion)}: an older ${name} cannot be trusted with a newer server. Nothing was changed. ${install}`,
    );
  return found;
}
