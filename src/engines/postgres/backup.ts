import type { BackupScope } from '../../core/action.ts';
import type { Fingerprint, TakenBackup } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { fence, plain } from '../../core/untrusted.ts';
import { endsWithUs } from './ends-with-us.ts';
import { facts } from './facts.ts';
import { fingerprint, tablesOf } from './fingerprint.ts';
import { foreignKeysOut, listWithout } from './foreign-keys-out.ts';
import { findPostgresProgram, type Program, requirePostgresProgram } from './programs.ts';
import { type Server, serverOf } from './server.ts';

/** Above this, pg_dump compiled to WASM, which keeps the whole dump in memory, is not tried. */
export const EMBEDDED_DUMP_LIMIT_BYTES = 256 * 1024 * 1024;
/** How long pg_dump, and we beside it, wait for a table that someone has locked. */
const LOCK_WAIT_MS = 60_000;

/**
 * Takes a backup and the fingerprint of the same moment: a transaction holds a snapshot open, pg_dump reads in that snapshot, and the
 * fingerprint is read in it meanwhile. Where no pg_dump is installed, small databases are dumped by one compiled to WASM.
 */
export async function backup(
  bench: Workbench,
  database: DatabaseHandle,
  scope: BackupScope,
  folder: string,
): Promise<TakenBackup> {
  const session = await bench.connect(database, {
    name: 'lockkeeper backup',
    readOnly: true,
    lockWaitMs: LOCK_WAIT_MS,
  });
  try {
    const server = await serverOf(session);
    // The embedded server runs one transaction at a time: a second connection would wait for the snapshot's to end.
    if (server.embedded) return await dumpEmbedded(bench, session, database, scope, folder);
    const dump = await findPostgresProgram(bench, 'pg_dump', server.major);
    if (!dump && (await databaseBytes(session)) <= EMBEDDED_DUMP_LIMIT_BYTES)
      return await dumpWithoutProgram(bench, session, database, scope, folder);
    return await dumpWithProgram(bench, session, database, scope, folder, server);
  } finally {
    await session.close();
  }
}

async function dumpWithProgram(
  bench: Workbench,
  session: Session,
  database: DatabaseHandle,
  scope: BackupScope,
  folder: string,
  server: Server,
): Promise<TakenBackup> {
  const program = await requirePostgresProgram(bench, 'pg_dump', server.version);
  const snapshot = await openSnapshot(session);
  const file = `${scope.kind}.dump`;
  const path = `${folder}/${file}`;
  const out = scope.kind === 'tables' ? await foreignKeysOut(session, await tablesOf(session, scope)) : [];
  const argv: [string, ...string[]] = [
    program.path,
    '-Fc',
    '--no-password',
    `--snapshot=${snapshot}`,
    `--lock-wait-timeout=${LOCK_WAIT_MS}`,
    ...(await scopeArguments(session, scope)),
  ];
  const taken = await whole(bench, path, async () => {
    // Made by us first, so that it is private; pg_dump then writes into it itself, which costs no detour through this process.
    await bench.files.write(path, '');
    const running = await bench.start({ argv: endsWithUs([...argv, `--file=${path}`]), database });
    const counting = fingerprint(session, scope);
    try {
      const [result, print] = await Promise.all([running.exited.then(checkDump), counting]);
      return { result, print };
    } catch (error) {
      // Whichever failed first, the other stops now: neither is of any use alone.
      await running.stop();
      await session.cancel().catch(() => {});
      await counting.catch(() => {});
      throw error;
    }
  });
  await session.execute('ROLLBACK');
  const extras: string[] = [];
  if (out.length > 0) extras.push(await listWithout(bench, program, `${folder}/${file}`, out));
  const roles = scope.kind === 'full' ? await dumpRoles(bench, database, folder, server, program) : undefined;
  if (roles === true) extras.push('roles.sql');
  const method = `pg_dump -Fc ${program.version}${typeof roles === 'string' ? `; without roles: ${roles}` : ''}`;
  return { file, method, fingerprint: taken.print, extras };
}

/** For a real server on a machine without pg_dump: the WASM one joins the same snapshot over its own connection. */
async function dumpWithoutProgram(
  bench: Workbench,
  session: Session,
  database: DatabaseHandle,
  scope: BackupScope,
  folder: string,
): Promise<TakenBackup> {
  const snapshot = await openSnapshot(session);
  const file = `${scope.kind}.sql`;
  const args = [`--snapshot=${snapshot}`, ...INSERTS, ...(await scopeArguments(session, scope))];
  const print = await fingerprint(session, scope);
  await whole(bench, `${folder}/${file}`, () => bench.pglite.dump(database, args, `${folder}/${file}`));
  await session.execute('ROLLBACK');
  return { file, method: 'pg_dump (WASM), plain SQL; without roles', fingerprint: print, extras: [] };
}

/** For embedded PostgreSQL: no snapshot can be shared there, so equal fingerprints before and after stand for one. */
async function dumpEmbedded(
  bench: Workbench,
  session: Session,
  database: DatabaseHandle,
  scope: BackupScope,
  folder: string,
): Promise<TakenBackup> {
  const file = `${scope.kind}.sql`;
  const args = [...INSERTS, ...(await scopeArguments(session, scope))];
  const before = await fingerprint(session, scope);
  await whole(bench, `${folder}/${file}`, () => bench.pglite.dump(database, args, `${folder}/${file}`));
  if (!same(before, await fingerprint(session, scope))) {
    await bench.files.remove(`${folder}/${file}`);
    throw new LockkeeperError(
      'BACKUP.FAILED',
      'The embedded database was written to while it was being backed up. The half file was removed; the database is unchanged. Try again when nothing writes.',
    );
  }
  return { file, method: 'pg_dump (WASM), plain SQL', fingerprint: before, extras: [] };
}

const INSERTS = ['--rows-per-insert=500'];

function same(a: Fingerprint, b: Fingerprint): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function openSnapshot(session: Session): Promise<string> {
  await session.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const [row] = await session.query('SELECT pg_export_snapshot() AS snapshot');
  return String(row?.snapshot);
}

async function databaseBytes(session: Session): Promise<number> {
  const [row] = await session.query('SELECT pg_database_size(current_database())::text AS bytes');
  return Number(row?.bytes);
}

async function scopeArguments(session: Session, scope: BackupScope): Promise<readonly string[]> {
  if (scope.kind === 'full') return [];
  if (scope.kind === 'schema') return ['--schema-only'];
  // Inside double quotes nothing in a pattern is special (manual, psql "Patterns").
  const patterns = (await tablesOf(session, scope)).map(
    (table) => `${facts.quote(table.schema)}.${facts.quote(table.name)}`,
  );
  return ['--strict-names', ...patterns.map((pattern) => `--table=${pattern}`)];
}

/** Runs what writes a file, and takes the file away again if it does not end well. */
async function whole<T>(bench: Workbench, path: string, write: () => Promise<T>): Promise<T> {
  try {
    const result = await write();
    bench.signal.throwIfAborted();
    return result;
  } catch (error) {
    await bench.files.remove(path).catch(() => {});
    if (bench.signal.aborted)
      throw new LockkeeperError(
        'RUN.CANCELLED',
        'The backup was cancelled and its half file removed. The database is unchanged.',
      );
    throw error;
  }
}

function checkDump(result: { readonly exitCode: number; readonly stderr: string }): void {
  if (result.exitCode === 0) return;
  if (/no space left on device/i.test(result.stderr))
    throw new LockkeeperError(
      'DISK.FULL',
      `The disk filled up while pg_dump was writing. The half file was removed; the database is unchanged. ${fence(result.stderr)}`,
    );
  throw new LockkeeperError(
    'BACKUP.FAILED',
    `pg_dump ended with code ${result.exitCode}. The half file was removed; the database is unchanged. ${fence(result.stderr)}`,
  );
}

/** The server's roles, without passwords: a full restore on another server needs them, but not every user may read them. True, or why not. */
async function dumpRoles(
  bench: Workbench,
  database: DatabaseHandle,
  folder: string,
  server: Server,
  dump: Program,
): Promise<true | string> {
  const path = `${folder}/roles.sql`;
  try {
    const program = await findPostgresProgram(bench, 'pg_dumpall', server.major);
    if (!program || program.version !== dump.version) return 'no pg_dumpall of the same version';
    await bench.files.write(path, '');
    const options = ['--globals-only', '--no-role-passwords', '--no-password', `--file=${path}`];
    const result = await bench.run({ argv: endsWithUs([program.path, ...options]), database });
    if (result.exitCode === 0) return true;
    await bench.files.remove(path);
    return plain(result.stderr, 120);
  } catch (error) {
    if (bench.signal.aborted) throw error;
    await bench.files.remove(path).catch(() => {});
    return 'pg_dumpall could not run';
  }
}
