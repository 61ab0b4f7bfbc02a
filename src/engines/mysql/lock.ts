import type { LockResult } from '../../core/database-engine.ts';
import { digestOf } from '../../core/digest.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { fence } from '../../core/untrusted.ts';

/**
 * Takes the migration lock: a named lock of the server, which it gives back when the session ends, however it ends. Such names belong
 * to the whole server and are at most 64 characters, so ours holds a hash of the database's name.
 */
export async function lock(
  _bench: Workbench,
  session: Session,
  _database: DatabaseHandle,
  _holder: string,
): Promise<LockResult> {
  const [current] = await session.query('SELECT DATABASE() AS name');
  const name = `lockkeeper:${digestOf(String(current?.name ?? '')).slice('sha256:'.length, 'sha256:'.length + 40)}`;
  const [row] = await session.query('SELECT GET_LOCK(?, 0) AS held', [name]);
  if (Number(row?.held) !== 1) return { held: false, by: await holderOf(session, name) };
  return {
    held: true,
    async release() {
      await session.query('SELECT RELEASE_LOCK(?) AS released', [name]);
    },
  };
}

async function holderOf(session: Session, name: string): Promise<string> {
  const [row] = await session.query('SELECT IS_USED_LOCK(?) AS id', [name]);
  if (row?.id === null || row?.id === undefined) return 'a session that has just ended; try again';
  // Without the PROCESS privilege only one's own user's connections are listed; the number alone is then all there is.
  const [process] = await session
    .query('SELECT USER AS user, HOST AS host, TIME AS seconds FROM information_schema.PROCESSLIST WHERE ID = ?', [
      row.id,
    ])
    .catch(() => []);
  if (!process) return `connection ${String(row.id)}`;
  return `connection ${String(row.id)} of ${fence(`${process.user}@${process.host}`, 100)}, in its present state for ${String(process.seconds)} s`;
}
