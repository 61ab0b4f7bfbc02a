import type { Observation, Observer } from '../../core/database-engine.ts';
import type { Row, Session } from '../../core/ports.ts';
import { blockedBy, LOCK_MODES, USER_SCHEMA } from './facts.ts';

interface Relation {
  readonly name: string;
  /** 0 where the relation stores nothing. */
  readonly file: string;
  /** The table that an index belongs to, by oid. */
  readonly table: string | undefined;
}

interface Look {
  readonly relations: ReadonlyMap<string, Relation>;
  /** `oid mode` of locks that this session holds. */
  readonly locks: ReadonlySet<string>;
  readonly read: number;
  readonly written: number;
}

/**
 * Measures one statement from inside its own transaction: which locks it took, which tables got new storage, how many rows it read and
 * wrote. Only relations that were there before count, as nobody else can wait for one that was not. Holds on embedded PostgreSQL too.
 */
export async function observe(session: Session): Promise<Observer> {
  let before: Look | undefined;
  return {
    async before() {
      before = await look(session);
    },
    async after() {
      if (!before) throw new Error('after() without before()');
      return difference(before, await look(session));
    },
  };
}

function difference(before: Look, after: Look): Observation {
  const strongest = new Map<string, string>();
  for (const lock of after.locks) {
    if (before.locks.has(lock)) continue;
    const [oid = '', mode = ''] = lock.split(' ');
    const relation = before.relations.get(oid);
    if (!relation) continue;
    const known = strongest.get(relation.name);
    if (known === undefined || rank(mode) > rank(known)) strongest.set(relation.name, mode);
  }
  const rewritten = new Set<string>();
  for (const [oid, relation] of before.relations) {
    const now = after.relations.get(oid);
    if (now && relation.file !== now.file && now.file !== '0') rewritten.add(oid);
  }
  // A table's new storage brings new indexes along: those go without saying, an index rebuilt alone does not.
  const rewrites = [...before.relations]
    .filter(([oid, relation]) => rewritten.has(oid) && !(relation.table !== undefined && rewritten.has(relation.table)))
    .map(([, relation]) => relation.name);
  const locks = [...strongest].map(([table, mode]) => ({ table, mode })).sort((a, b) => (a.table < b.table ? -1 : 1));
  return {
    locks,
    rewrites: rewrites.sort(),
    rowsRead: Math.max(0, after.read - before.read),
    rowsWritten: Math.max(0, after.written - before.written),
    blocks: strongestBlock(locks.map((lock) => blockedBy(lock.mode))),
  };
}

function strongestBlock(blocks: readonly Observation['blocks'][]): Observation['blocks'] {
  if (blocks.includes('reads-and-writes')) return 'reads-and-writes';
  return blocks.includes('writes') ? 'writes' : 'nothing';
}

function rank(mode: string): number {
  return LOCK_MODES.indexOf(mode as (typeof LOCK_MODES)[number]);
}

/** Reads system catalogues only, so that looking adds no lock on a user's relation. */
async function look(session: Session): Promise<Look> {
  const relations = await session.query(`
    SELECT c.oid::int8::text AS oid, n.nspname || '.' || c.relname AS name, i.indrelid::int8::text AS "table",
      CASE WHEN c.relkind IN ('r', 'i', 'm') THEN c.relfilenode ELSE 0 END::int8::text AS file
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    WHERE ${USER_SCHEMA} AND c.relkind IN ('r', 'p', 'i', 'I', 'm', 'v', 'S', 'f')`);
  const locks = await session.query(`
    SELECT relation::int8::text AS oid, mode FROM pg_catalog.pg_locks
    WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
      AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`);
  const [rows] = await session.query(`
    SELECT coalesce(sum(seq_tup_read), 0)::text AS scanned, coalesce(sum(idx_tup_fetch), 0)::text AS fetched,
      coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text AS written
    FROM pg_catalog.pg_stat_xact_user_tables`);
  return {
    relations: new Map(relations.map((row) => [String(row.oid), relationOf(row)])),
    locks: new Set(locks.map((row) => `${row.oid} ${row.mode}`)),
    read: Number(rows?.scanned) + Number(rows?.fetched),
    written: Number(rows?.written),
  };
}

function relationOf(row: Row): Relation {
  return { name: String(row.name), file: String(row.file), table: row.table === null ? undefined : String(row.table) };
}
