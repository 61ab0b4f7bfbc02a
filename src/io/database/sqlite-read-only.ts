import { existsSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { sqliteCode } from './sqlite-errors.ts';

/**
 * Opens a file so that looking leaves it byte for byte as it was. A database in WAL mode gets its `-wal` and `-shm` files even from
 * a reader, and a reader cannot take them away again (wal.html, "Read-Only Databases"); `closed` does where nobody else uses them.
 */
export async function openToLook(path: string): Promise<{ readonly database: Database; readonly closed: () => void }> {
  const { default: Sqlite } = await import('better-sqlite3');
  const hadLog = existsSync(`${path}-wal`) || existsSync(`${path}-shm`);
  let database = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 0 });
  if (needsRecovery(database)) {
    database.close();
    recover(new Sqlite(path, { fileMustExist: true, timeout: 0 }));
    database = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 0 });
  }
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

/** A writer died in the middle of a transaction, and what it left must be rolled back before anyone can read. */
function needsRecovery(database: Database): boolean {
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return /^SQLITE_READONLY_(ROLLBACK|RECOVERY)/.test(sqliteCode(error) ?? '');
  }
}

/**
 * Lets SQLite take back what a dead writer left half-way, as the next program that opens the file would (lockingv3.html, "hot
 * journals"). Until then nobody can look, and nothing that was committed changes.
 */
function recover(database: Database): void {
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch {
    // Whoever looks next is told why.
  } finally {
    database.close();
  }
}
