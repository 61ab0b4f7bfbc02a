import { hash } from 'node:crypto';
import type { BackupScope } from '../../core/action.ts';
import type { Fingerprint } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { Session } from '../../core/ports.ts';
import { fence } from '../../core/untrusted.ts';
import { facts, USER_OBJECTS } from './facts.ts';

interface Table {
  readonly name: string;
  readonly kind: 'table' | 'virtual' | 'shadow';
}

/** How a table is read: `fast` takes text as JavaScript reads it; `exact` takes its bytes, for text that is not valid Unicode. */
type Reading = 'fast' | 'exact';

/**
 * Row count and checksum per table, in one snapshot. A checksum is the sum of the SHA-256 of each row, so that the order of rows in
 * the file plays no part and nothing has to be sorted; a value's type is part of what is hashed. Generated columns follow from the
 * others and are left out; so are planner statistics. A virtual table's rows count beside those of the tables it keeps them in.
 */
export async function fingerprint(session: Session, scope: BackupScope = { kind: 'full' }): Promise<Fingerprint> {
  // Works inside a transaction and outside, where it begins one (lang_savepoint.html); the first read fixes the snapshot.
  await session.execute('SAVEPOINT lockkeeper_fingerprint');
  try {
    const tables = await tablesOf(session, scope);
    const objects = await countObjects(session, scope);
    const counted: Fingerprint['tables'][number][] = [];
    for (const table of tables) {
      if (scope.kind === 'schema') counted.push({ table: table.name, rows: 0, checksum: '' });
      else counted.push(...(await sumOf(session, table)));
    }
    return { objects, tables: counted };
  } finally {
    await session.execute('RELEASE lockkeeper_fingerprint').catch(() => {});
  }
}

/** The tables of a scope, by name. Throws INPUT.INVALID for one that is not there. */
export async function tablesOf(session: Session, scope: BackupScope): Promise<readonly Table[]> {
  const rows = await session.query(
    `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'view'
      AND (${USER_OBJECTS} OR name = 'sqlite_sequence') ORDER BY name`,
  );
  const all = rows.map((row) => ({ name: String(row.name), kind: String(row.type) as Table['kind'] }));
  if (scope.kind !== 'tables') return all;
  return scope.tables.map((wanted) => {
    // Names differ by more than case (lang_keywords.html): SQLite compares ASCII letters without it.
    const found = all.find((table) => table.name.toLowerCase() === wanted.toLowerCase());
    if (!found || found.name === 'sqlite_sequence')
      throw new LockkeeperError('INPUT.INVALID', `There is no table ${fence(wanted, 200)}.`);
    if (found.kind !== 'table')
      throw new LockkeeperError(
        'INPUT.INVALID',
        `${fence(wanted, 200)} belongs to a virtual table, which cannot be taken alone: back up the whole database.`,
      );
    return found;
  });
}

async function countObjects(session: Session, scope: BackupScope): Promise<number> {
  // sqlite_sequence and sqlite_stat1 come and go with AUTOINCREMENT and ANALYZE; automatic indexes stand for constraints.
  const counted = `(${USER_OBJECTS} OR name LIKE 'sqlite\\_autoindex\\_%' ESCAPE '\\')`;
  const [row] =
    scope.kind === 'tables'
      ? await session.query(
          `SELECT count(*) AS objects FROM sqlite_schema WHERE ${counted} AND type <> 'view'
            AND lower(tbl_name) IN (${scope.tables.map(() => 'lower(?)').join(', ')})`,
          scope.tables,
        )
      : await session.query(`SELECT count(*) AS objects FROM sqlite_schema WHERE ${counted}`);
  return Number(row?.objects);
}

async function sumOf(session: Session, table: Table): Promise<readonly Fingerprint['tables'][number][]> {
  try {
    const columns = await session.query(`SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid`, [
      table.name,
    ]);
    const names = columns.map((column) => facts.quote(String(column.name)));
    const sum =
      (await addUp(session, select(table, names, 'fast'), 'fast')) ??
      (await addUp(session, select(table, names, 'exact'), 'exact'));
    if (sum === undefined || (table.name === 'sqlite_sequence' && sum.rows === 0)) return [];
    return [{ table: table.name, ...sum }];
  } catch (error) {
    // Written by an extension that is not loaded here. What it keeps lies in its shadow tables, which are read anyway.
    if (table.kind === 'virtual' && error instanceof LockkeeperError && error.message.includes('no such module'))
      return [];
    throw error;
  }
}

function select(table: Table, names: readonly string[], reading: Reading): string {
  const exact = (name: string): string =>
    `CASE typeof(${name}) WHEN 'text' THEN 't' ELSE '' END, CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END`;
  const values = names.length === 0 ? ['NULL'] : reading === 'fast' ? names : names.map(exact);
  // An index could hold a collation or an expression that only the application knows.
  const from = `${facts.quote(table.name)}${table.kind === 'virtual' ? '' : ' NOT INDEXED'}`;
  return `SELECT ${values.join(', ')} FROM main.${from}`;
}

/** Undefined where a text is not valid Unicode: JavaScript puts U+FFFD for what it cannot read, and different bytes would look alike. */
async function addUp(
  session: Session,
  sql: string,
  reading: Reading,
): Promise<{ readonly rows: number; readonly checksum: string } | undefined> {
  const lanes = new Uint32Array(8);
  let rows = 0;
  for await (const batch of session.stream(sql)) {
    for (const row of batch) {
      const line = lineOf(row);
      if (reading === 'fast' && line.includes('\ufffd')) return undefined;
      const digest = hash('sha256', line, 'buffer');
      // Each lane is taken modulo 2³² by the array.
      for (let lane = 0; lane < 8; lane++) lanes[lane] = (lanes[lane] as number) + digest.readUInt32LE(lane * 4);
      rows++;
    }
  }
  return { rows, checksum: Buffer.from(lanes.buffer).toString('hex') };
}

/** A row as text in which every value says its type and its length, so that no two rows read the same. */
function lineOf(row: readonly unknown[]): string {
  let line = '';
  for (const value of row) {
    if (value === null) line += 'n';
    else if (typeof value === 'string') line += `t${value.length}:${value}`;
    else if (typeof value === 'bigint') line += `i${value};`;
    else if (typeof value === 'number') line += `r${Object.is(value, -0) ? '-0' : value};`;
    else if (Buffer.isBuffer(value)) line += `b${value.length}:${value.toString('latin1')}`;
    else throw new Error(`SQLite has no such type: ${typeof value}`);
  }
  return line;
}
