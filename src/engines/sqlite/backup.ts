import type { BackupScope } from '../../core/action.ts';
import type { TakenBackup } from '../../core/database-engine.ts';
import { digestOf } from '../../core/digest.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { facts, USER_OBJECTS, urlOfFile } from './facts.ts';
import { fingerprint, tablesOf } from './fingerprint.ts';

/** What a backup's file is called says what is in it; restore goes by the name. */
export const FILES = { full: 'database.sqlite', tables: 'tables.sqlite', schema: 'schema.sql' } as const;

const LOCK_WAIT_MS = 30_000;

/**
 * Takes a backup and the fingerprint of the same moment: one read transaction on the source spans both. Whoever writes meanwhile is
 * not held up in WAL mode; in the other journal modes a commit waits until the transaction ends (lockingv3.html).
 *
 * - `full`: the whole database, page by page, as one file.
 * - `tables`: the named tables with their indexes and triggers; views and everything else are left out.
 * - `schema`: the statements that make the schema.
 */
export async function backup(
  bench: Workbench,
  database: DatabaseHandle,
  scope: BackupScope,
  folder: string,
): Promise<TakenBackup> {
  const session = await bench.connect(database, {
    readOnly: true,
    lockWaitMs: LOCK_WAIT_MS,
    name: 'lockkeeper backup',
  });
  const file = FILES[scope.kind];
  // The name that means a whole backup is given last, so that a process that dies leaves none behind.
  const partial = `${folder}/${file}.partial`;
  try {
    await session.execute('BEGIN');
    const [sqlite] = await session.query(
      'SELECT sqlite_version() AS version, (SELECT count(*) FROM sqlite_schema) AS n',
    );
    if (scope.kind === 'tables') await tablesOf(session, scope);
    if (scope.kind === 'schema') await bench.files.write(partial, await schemaScript(session));
    else await copy(bench, session, partial, scope);
    bench.progress('Counting rows');
    const taken = await fingerprint(session, scope);
    bench.signal.throwIfAborted();
    await bench.files.rename(partial, `${folder}/${file}`);
    const method = scope.kind === 'schema' ? 'sqlite_schema' : 'online backup';
    return { file, method: `${method}, SQLite ${sqlite?.version}`, fingerprint: taken, extras: [] };
  } catch (error) {
    for (const end of ['', '-journal']) await bench.files.remove(`${partial}${end}`).catch(() => {});
    if (bench.signal.aborted)
      throw new LockkeeperError(
        'RUN.CANCELLED',
        'The backup was cancelled and its half file removed. The database is unchanged.',
      );
    throw error;
  } finally {
    await session.close();
  }
}

async function copy(bench: Workbench, source: Session, path: string, scope: BackupScope): Promise<void> {
  await bench.sqlite.backup(source, path);
  const made = await bench.connect(bench.handle(urlOfFile(path)));
  try {
    // One file that can be read without making others beside it. How the database is opened is settled where it is restored.
    await made.execute('PRAGMA journal_mode = DELETE');
    if (scope.kind === 'tables') await keepOnly(made, scope.tables);
    // An empty database has no pages, and a file of zero bytes could not be told from one that was cut off.
    const [application] = await made.query('PRAGMA application_id');
    await made.execute(`PRAGMA application_id = ${Number(application?.application_id)}`);
  } finally {
    await made.close();
  }
}

/** Copying all and dropping the rest keeps the statements that made the tables as they are, whatever is in them. */
async function keepOnly(session: Session, tables: readonly string[]): Promise<void> {
  const wanted = new Set(tables.map((table) => table.toLowerCase()));
  const rows = await session.query(
    `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND ${USER_OBJECTS} AND type <> 'shadow'
      ORDER BY type = 'table'`,
  );
  for (const row of rows) {
    const name = String(row.name);
    if (wanted.has(name.toLowerCase())) continue;
    await session.execute(`DROP ${row.type === 'view' ? 'VIEW' : 'TABLE'} ${facts.quote(name)}`);
  }
  // Otherwise the dropped tables' rows would still lie in the file.
  await session.execute('VACUUM');
}

/** Statements in an order in which they can run, each after a line that cannot be inside one. */
async function schemaScript(session: Session): Promise<string> {
  const rows = await session.query(
    `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND ${USER_OBJECTS}
      AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
      ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid`,
  );
  const [header] = await session.query(
    'SELECT user_version, application_id FROM pragma_user_version, pragma_application_id',
  );
  const statements = rows.map((row) => String(row.sql));
  statements.push(`PRAGMA user_version = ${Number(header?.user_version)}`);
  statements.push(`PRAGMA application_id = ${Number(header?.application_id)}`);
  const mark = `-- lockkeeper ${digestOf(statements.join('\n'))}`;
  return statements.map((statement) => `${mark}\n${statement}\n;\n`).join('');
}

/** The statements of a schema script, cut where it was joined. */
export function statementsOf(script: string): readonly string[] | undefined {
  const mark = /^-- lockkeeper sha256:[0-9a-f]{64}\n/.exec(script)?.[0];
  if (mark === undefined) return undefined;
  const parts = script.split(mark).slice(1);
  if (!parts.every((part) => part.endsWith('\n;\n'))) return undefined;
  const statements = parts.map((part) => part.slice(0, -'\n;\n'.length));
  return mark === `-- lockkeeper ${digestOf(statements.join('\n'))}\n` ? statements : undefined;
}
