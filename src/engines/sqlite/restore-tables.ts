import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { facts, USER_OBJECTS } from './facts.ts';
import { populated } from './populated.ts';
import { inTransaction } from './restore-schema.ts';

/** Puts some tables back, with their indexes and triggers, in one transaction; everything else in the target stays as it is. */
export async function restoreTables(
  bench: Workbench,
  file: string,
  into: DatabaseHandle,
  options: { readonly replace: boolean },
): Promise<void> {
  await inTransaction(bench, into, async (session) => {
    // Inside the transaction: BEGIN IMMEDIATE would lock what is attached for writing too.
    await session.query('ATTACH ? AS lockkeeper_backup', [file]);
    const violations = await brokenReferences(session);
    const tables = await session.query(
      `SELECT name, sql FROM lockkeeper_backup.sqlite_schema WHERE type = 'table' AND ${USER_OBJECTS} ORDER BY rowid`,
    );
    for (const table of tables) {
      await replaceTable(session, String(table.name), String(table.sql), () => {
        if (!options.replace) throw populated(into);
      });
      bench.signal.throwIfAborted();
    }
    await copySequences(session);
    if ((await brokenReferences(session)) > violations)
      throw new LockkeeperError(
        'RESTORE.FAILED',
        'With the tables of the backup, rows would refer to rows that are not there. Nothing was restored; the database is as it was. Restore a whole backup, or the referenced tables too.',
      );
  });
}

async function replaceTable(session: Session, name: string, sql: string, beforeDrop: () => void): Promise<void> {
  const table = facts.quote(name);
  const [there] = await session.query(
    `SELECT type FROM main.sqlite_schema WHERE type IN ('table', 'view') AND lower(name) = lower(?)`,
    [name],
  );
  if (there !== undefined) {
    beforeDrop();
    await session.execute(`DROP ${there.type === 'view' ? 'VIEW' : 'TABLE'} main.${table}`);
  }
  await session.execute(sql);
  const columns = await insertable(session, name);
  await session.execute(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM lockkeeper_backup.${table}`);
  // After the rows, so that no trigger fires for them.
  const rest = await session.query(
    `SELECT sql FROM lockkeeper_backup.sqlite_schema WHERE type IN ('index', 'trigger') AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid`,
    [name],
  );
  for (const row of rest) await session.execute(String(row.sql));
}

/** Every stored column, and the row's own number where it has one that goes by no column: full-text indexes refer to it. */
async function insertable(session: Session, name: string): Promise<string> {
  const columns = await session.query('SELECT name, hidden, pk, type FROM pragma_table_xinfo(?) ORDER BY cid', [name]);
  const names = columns.filter((column) => column.hidden === 0).map((column) => String(column.name));
  const [kind] = await session.query(`SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?`, [name]);
  const all = new Set(columns.map((column) => String(column.name).toLowerCase()));
  const rowid = kind?.wr === 0 ? ['rowid', '_rowid_', 'oid'].find((word) => !all.has(word)) : undefined;
  return [...(rowid === undefined ? [] : [rowid]), ...names.map((column) => facts.quote(column))].join(', ');
}

/** The highest number AUTOINCREMENT gave out, so that numbers of deleted rows are not given out again. */
async function copySequences(session: Session): Promise<void> {
  const [kept] = await session.query(
    `SELECT count(*) AS found FROM lockkeeper_backup.sqlite_schema WHERE name = 'sqlite_sequence'`,
  );
  if (!kept?.found) return;
  await session.execute(
    'DELETE FROM main.sqlite_sequence WHERE name IN (SELECT name FROM lockkeeper_backup.sqlite_sequence)',
  );
  await session.execute('INSERT INTO main.sqlite_sequence SELECT * FROM lockkeeper_backup.sqlite_sequence');
}

async function brokenReferences(session: Session): Promise<number> {
  try {
    const [row] = await session.query(
      `SELECT count(*) AS broken FROM pragma_foreign_key_check WHERE "table" IN (SELECT name FROM main.sqlite_schema)`,
    );
    return Number(row?.broken);
  } catch (error) {
    // "foreign key mismatch": a reference that never worked cannot be checked, before as after.
    if (error instanceof LockkeeperError && error.code === 'DATABASE.STATEMENT_FAILED') return 0;
    throw error;
  }
}
