import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, ProgramResult, Session, Workbench } from '../../core/ports.ts';
import { fence, plain } from '../../core/untrusted.ts';
import { superuserOf } from './contained.ts';
import { endsWithUs } from './ends-with-us.ts';
import { listBeside } from './foreign-keys-out.ts';
import { requirePostgresProgram } from './programs.ts';
import { clearance, userObjects } from './restore-clearance.ts';
import { restoreContained } from './restore-contained.ts';
import { restorePlain } from './restore-plain.ts';
import { type Server, serverOf } from './server.ts';

export interface RestoreOptions {
  readonly replace: boolean;
  /** Also puts back owners and privileges; the roles must exist. Left out: only where something is replaced. */
  readonly owners?: boolean;
}

const NOWHERE = process.platform === 'win32' ? 'NUL' : '/dev/null';

/**
 * Puts a backup back in one transaction. First the archive is read to its end, then the target is looked at; only then is anything
 * written, and until the last statement has gone through, everyone else sees the database as it was.
 */
export async function restore(
  bench: Workbench,
  file: string,
  into: DatabaseHandle,
  options: RestoreOptions,
): Promise<void> {
  const session = await bench.connect(into, { name: 'lockkeeper restore' });
  let server: Server;
  let clear: readonly string[];
  try {
    server = await serverOf(session);
    const populated = await userObjects(session);
    if (populated > 0 && !options.replace)
      throw new LockkeeperError(
        'RESTORE.POPULATED',
        `The target database holds ${populated} objects. Nothing was restored and nothing was changed.`,
      );
    clear = populated > 0 ? await clearance(session, scopeOf(file), () => tablesIn(bench, server, file)) : [];
    if (file.endsWith('.sql'))
      return await restorePlain(bench, session, server, file, clear, superuserOf(into) === undefined);
    if (server.embedded) return await restoreEmbedded(bench, session, server, file, clear);
  } finally {
    await session.close();
  }
  await restoreArchive(bench, server, file, into, clear, options.owners ?? options.replace);
}

async function restoreArchive(
  bench: Workbench,
  server: Server,
  file: string,
  into: DatabaseHandle,
  clear: readonly string[],
  owners: boolean,
): Promise<void> {
  const program = await requirePostgresProgram(bench, 'pg_restore', server.version);
  const selection = [...(await useList(bench, file)), ...(owners ? [] : ['--no-owner', '--no-privileges'])];
  await readToItsEnd(bench, program.path, file);
  const superuser = superuserOf(into);
  if (superuser && clear.length === 0)
    return await restoreContained(
      bench,
      program.path,
      { file, selection: await useList(bench, file) },
      { owner: into, superuser },
      check,
    );
  if (clear.length === 0) {
    const name = await databaseName(bench, into);
    const result = await bench.run({
      argv: endsWithUs([
        program.path,
        '--single-transaction',
        '--exit-on-error',
        '--no-password',
        ...selection,
        `--dbname=${name}`,
        file,
      ]),
      database: into,
    });
    return check(result, 'pg_restore');
  }
  // pg_restore --clean drops only what is in the archive. What came later must go too, in the same transaction: psql runs both files in one.
  const psql = await requirePostgresProgram(bench, 'psql', server.version);
  const folder = await bench.temporaryFolder();
  try {
    const script = `${folder.path}/restore.sql`;
    const before = `${folder.path}/before.sql`;
    await bench.files.write(before, `${clear.map((statement) => `${statement};`).join('\n')}\n`);
    check(await bench.run({ argv: [program.path, ...selection, '-f', script, file] }), 'pg_restore');
    if (!(await isRestricted(bench, script))) return await overSession(bench, server, into, script, clear);
    const quiet = ['-X', '-q', '--no-password', '-v', 'ON_ERROR_STOP=1', '--single-transaction', '-o', NOWHERE];
    const argv: [string, ...string[]] = [psql.path, ...quiet, '-f', before, '-f', script];
    check(await bench.run({ argv: endsWithUs(argv), database: into }), 'psql');
  } finally {
    await folder.remove();
  }
}

/**
 * False where psql would carry out backslash commands in the script, `\\!` with a shell among them: names and comments in a backup can
 * smuggle them in (CVE-2025-8714, CVE-2025-8715). Since August 2025 pg_restore writes \\restrict first, which turns them off.
 */
async function isRestricted(bench: Workbench, script: string): Promise<boolean> {
  for await (const line of bench.files.lines(script)) {
    if (/^\\restrict \w+$/.test(line)) return true;
    if (line !== '' && !line.startsWith('--')) return false;
  }
  return false;
}

/** The driver knows no backslash commands. Slower than psql with its COPY, and safe with older programs. */
async function overSession(
  bench: Workbench,
  server: Server,
  into: DatabaseHandle,
  script: string,
  clear: readonly string[],
): Promise<void> {
  const session = await bench.connect(into, { name: 'lockkeeper restore' });
  try {
    await restorePlain(bench, session, server, script, clear);
  } finally {
    await session.close();
  }
}

/** Embedded PostgreSQL ends a connection that sends COPY data (pglite-socket 0.2.11), so the archive is run there as statements. */
async function restoreEmbedded(
  bench: Workbench,
  session: Session,
  server: Server,
  file: string,
  clear: readonly string[],
): Promise<void> {
  const program = await requirePostgresProgram(bench, 'pg_restore', server.version);
  await readToItsEnd(bench, program.path, file);
  const folder = await bench.temporaryFolder();
  try {
    const script = `${folder.path}/restore.sql`;
    const selection = ['--no-owner', '--no-privileges', ...(await useList(bench, file))];
    check(await bench.run({ argv: [program.path, ...selection, '-f', script, file] }), 'pg_restore');
    await restorePlain(bench, session, server, script, clear);
  } finally {
    await folder.remove();
  }
}

/** The list beside a dump of tables, without the foreign keys that lead out of it. */
async function useList(bench: Workbench, file: string): Promise<readonly string[]> {
  const list = listBeside(file);
  return (await bench.files.exists(list)) ? [`--use-list=${list}`] : [];
}

/** A cut archive still lists its contents; only reading everything shows that it is whole (seen: --list exits 0, -f exits 1). */
async function readToItsEnd(bench: Workbench, program: string, file: string): Promise<void> {
  const result = await bench.run({ argv: [program, '-f', NOWHERE, file] });
  if (/unsupported version/.test(result.stderr))
    throw new LockkeeperError(
      'PROGRAM.TOO_OLD',
      `pg_restore at ${plain(program)} is older than the pg_dump that made this backup and cannot read it. Nothing was restored. Install the newer PostgreSQL client programs. ${fence(result.stderr)}`,
    );
  if (result.exitCode !== 0)
    throw new LockkeeperError(
      'BACKUP.DAMAGED',
      `The backup cannot be read to its end. Nothing was restored; the target is unchanged. ${fence(result.stderr)}`,
    );
}

function check(result: ProgramResult, program: string): void {
  if (result.exitCode === 0) return;
  const extension = /(?:extension|control file)[^\n]*"([^"\n]+)"/i.exec(result.stderr)?.[1];
  const missing = /could not open extension control file|extension .* is not available/i.test(result.stderr);
  throw new LockkeeperError(
    'RESTORE.FAILED',
    `${program} stopped with code ${result.exitCode}. Everything ran in one transaction, so the target is as it was. ${
      missing
        ? `The target's server lacks an extension that the backup needs: ${fence(extension ?? 'see below', 200)}. `
        : ''
    }${fence(result.stderr)}`,
  );
}

async function databaseName(bench: Workbench, database: DatabaseHandle): Promise<string> {
  const session = await bench.connect(database, { name: 'lockkeeper restore', readOnly: true });
  try {
    const [row] = await session.query('SELECT current_database() AS name');
    // --dbname takes connection strings too: a name with = or :// in it must not become one.
    return `dbname='${String(row?.name).replace(/[\\']/g, '\\$&')}'`;
  } finally {
    await session.close();
  }
}

/** The file's name says what it holds; `backup` chose it. */
function scopeOf(file: string): 'full' | 'schema' | 'tables' {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return name.startsWith('tables.') ? 'tables' : name.startsWith('schema.') ? 'schema' : 'full';
}

/** The CREATE TABLE lines of an archive, or of a plain dump, as it spells the names. */
async function tablesIn(bench: Workbench, server: Server, file: string): Promise<readonly string[]> {
  const found: string[] = [];
  const take = (line: string): void => {
    const name = /^CREATE (?:UNLOGGED )?TABLE (.+) \($/.exec(line)?.[1];
    if (name !== undefined) found.push(name);
  };
  if (file.endsWith('.sql')) {
    for await (const line of bench.files.lines(file)) take(line);
    return found;
  }
  const program = await requirePostgresProgram(bench, 'pg_restore', server.version);
  const folder = await bench.temporaryFolder();
  try {
    const schema = `${folder.path}/schema.sql`;
    await bench.run({ argv: [program.path, '--schema-only', '-f', schema, file] });
    for await (const line of bench.files.lines(schema)) take(line);
    return found;
  } finally {
    await folder.remove();
  }
}
