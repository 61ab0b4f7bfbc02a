import { existsSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';

/**
 * Opens a file so that looking leaves it byte for byte as it was. A database in WAL mode gets its `-wal` and `-shm` files even from
 * a reader, and a reader cannot take them away again (wal.html, "Read-Only Databases"); `closed` does where nobody else uses them.
 */
export async function openToLook(path: string): Promise<{ readonly database: Database; readonly closed: () => void }> {
  const { default: Sqlite } = await import('better-sqlite3');
  const hadLog = existsSync(`${path}-wal`) || existsSync(`${path}-shm`);
  const database = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 0 });
  return {
    database,
    closed() {
      // A log that holds something belongs to a writer: closing would move it into the database, which is not ours to do.
      if (hadLog || !existsSync(`${path}-wal`) || statSync(`${path}-wal`).size > 0) return;
      try {
        // The last connection that may write removes both files as it closes; with an empty log it writes nothing else.
        const last = new Sqlite(path, { fileMustExist: true, timeout: 0 });
        last.prepare('SELECT count(*) FROM sqlite_schema').get();
        last.close();
      } catch {
        // Two files without content stay behind.
      }
    },
  };
}
