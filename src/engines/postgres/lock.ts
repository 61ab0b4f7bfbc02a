import type { LockResult } from '../../core/database-engine.ts';
import type { DatabaseHandle, Row, Session, Workbench } from '../../core/ports.ts';
import { fence } from '../../core/untrusted.ts';

/** 'lkpr' as four bytes: the first of the two keys, so that no other program's lock is taken for ours. */
const CLASS = 0x6c6b7072;
/** The second key. Advisory locks belong to a database already, so it need not name one. */
const OBJECT = 1;

/**
 * Takes the migration lock: a session's advisory lock, which the server gives back when that session ends, however it ends. On embedded
 * PostgreSQL every connection is the same session, so there it keeps nobody out.
 */
export async function lock(
  _bench: Workbench,
  session: Session,
  _database: DatabaseHandle,
  _holder: string,
): Promise<LockResult> {
  const [row] = await session.query('SELECT pg_try_advisory_lock($1::int, $2::int) AS held', [CLASS, OBJECT]);
  if (row?.held !== true) return { held: false, by: await holderOf(session) };
  return {
    held: true,
    async release() {
      await session.query('SELECT pg_advisory_unlock($1::int, $2::int)', [CLASS, OBJECT]);
    },
  };
}

async function holderOf(session: Session): Promise<string> {
  // objsubid 2 marks a lock with two keys (manual, pg_locks).
  const [row] = await session.query(
    `SELECT l.pid, a.application_name AS name, a.client_addr::text AS address, a.backend_start AS since, a.usename AS "user"
     FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = $1::int8::oid AND l.objid = $2::int8::oid
       AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`,
    [CLASS, OBJECT],
  );
  return row ? describe(row) : 'a session that has just ended; try again';
}

function describe(row: Row): string {
  const name = row.name ? fence(String(row.name), 100) : 'an unnamed session';
  const address = row.address ? ` from ${String(row.address)}` : '';
  const since = row.since ? `, connected since ${String(row.since)}` : '';
  return `${name} (process ${String(row.pid)}${address}${since})`;
}
