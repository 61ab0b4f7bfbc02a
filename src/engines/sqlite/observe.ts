import type { Observation, Observer } from '../../core/database-engine.ts';
import type { Session } from '../../core/ports.ts';
import { facts } from './facts.ts';

interface Table {
  readonly name: string;
  readonly rootPage: number;
  readonly sql: string;
  /** Columns that are stored: virtual generated ones are not. */
  readonly columns: number;
}

interface Look {
  readonly changes: number;
  readonly writingStatements: number;
  readonly tables: ReadonlyMap<string, Table>;
}

/**
 * Looks at a session around each statement.
 *
 * SQLite locks the whole file, so the one lock is on `main`: RESERVED in WAL mode, where readers go on; in the other journal modes
 * the commit takes EXCLUSIVE, which readers wait for (lockingv3.html). It does not say how many rows it read: `rowsRead` is 0.
 */
export async function observe(session: Session): Promise<Observer> {
  const [mode] = await session.query('PRAGMA journal_mode');
  const [vacuum] = await session.query('PRAGMA auto_vacuum');
  const inWal = mode?.journal_mode === 'wal';
  const movesRoots = Number(vacuum?.auto_vacuum) !== 0;
  const seen = new Set<string>();
  let start = await look(session);
  return {
    async before() {
      start = await look(session);
      for (const name of start.tables.keys()) seen.add(name);
    },
    async after(): Promise<Observation> {
      const end = await look(session);
      const rewritten = [...end.tables.values()].filter((table) => isRewritten(table, start, end, seen, movesRoots));
      let rowsWritten = end.changes - start.changes;
      // total_changes() counts what INSERT, UPDATE and DELETE do, not what ALTER TABLE does to the rows. Those of a rebuild were
      // counted when they were copied.
      for (const table of rewritten)
        if (start.tables.has(table.name)) rowsWritten += await countRows(session, table.name);
      const wrote = end.writingStatements > start.writingStatements;
      return {
        locks: wrote ? [{ table: 'main', mode: inWal ? 'RESERVED' : 'EXCLUSIVE' }] : [],
        rewrites: rewritten.map((table) => table.name),
        rowsRead: 0,
        rowsWritten,
        blocks: !wrote ? 'nothing' : inWal ? 'writes' : 'reads-and-writes',
      };
    },
  };
}

async function look(session: Session): Promise<Look> {
  const writingStatements = session.writingStatements ?? 0;
  const rows = await session.query(`SELECT s.name, s.rootpage, s.sql,
      (SELECT count(*) FROM pragma_table_xinfo(s.name) AS c WHERE c.hidden IN (0, 3)) AS columns
    FROM sqlite_schema AS s WHERE s.type = 'table' AND s.rootpage > 0`);
  const [total] = await session.query('SELECT total_changes() AS changes');
  const tables = rows.map((row): Table => {
    return {
      name: String(row.name),
      rootPage: Number(row.rootpage),
      sql: String(row.sql),
      columns: Number(row.columns),
    };
  });
  return {
    changes: Number(total?.changes),
    writingStatements,
    tables: new Map(tables.map((table) => [table.name, table])),
  };
}

function isRewritten(table: Table, start: Look, end: Look, seen: ReadonlySet<string>, movesRoots: boolean): boolean {
  const before = start.tables.get(table.name);
  // Back under its old name: the end of a rebuild (create, copy, drop, rename).
  if (before === undefined) return seen.has(table.name);
  // DROP COLUMN writes every row anew and keeps the root page (lang_altertable.html, section 5: "the content is purged").
  if (table.columns < before.columns) return true;
  // With auto_vacuum, dropping one table moves the root page of another into the gap (fileformat2.html, "Pointer map").
  const moved = movesRoots && end.tables.size < start.tables.size;
  return table.rootPage !== before.rootPage && !moved;
}

async function countRows(session: Session, table: string): Promise<number> {
  const [row] = await session.query(`SELECT count(*) AS rows FROM main.${facts.quote(table)} NOT INDEXED`);
  return Number(row?.rows);
}
