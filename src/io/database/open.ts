import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, SessionOptions } from '../../core/ports.ts';
import { reach } from '../handle.ts';

/** Opens one connection to what a handle names. A driver loads when it is first needed. */
export async function openSession(database: DatabaseHandle, options: SessionOptions = {}): Promise<Session> {
  const reached = reach(database);
  switch (database.engine) {
    case 'sqlite':
      return await (await import('./sqlite.ts')).openSqlite(reached, options);
    case 'postgres':
      return await (await import('./postgres.ts')).openPostgres(reached, options);
    case 'mysql':
    case 'mariadb':
      return await (await import('./mysql.ts')).openMysql(reached, options);
    default:
      throw new LockkeeperError(
        'ENGINE.NOT_SUPPORTED',
        `lockkeeper has no connection of its own to ${database.engine}. Nothing was run.`,
      );
  }
}
