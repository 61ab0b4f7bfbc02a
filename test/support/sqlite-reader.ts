import Database from 'better-sqlite3';
import type { Reader } from '../../src/core/ports.ts';

/** A SQLite database, in memory unless a file is named, with a Reader on it. */
export function openSqlite(file = ':memory:'): {
  reader: Reader;
  exec(sql: string): void;
  query(sql: string): Record<string, unknown>[];
  close(): void;
} {
  const database = new Database(file);
  const query = (sql: string, values: readonly unknown[] = []) =>
    database.prepare(sql).all(...values) as Record<string, unknown>[];
  return {
    reader: {
      query: async (sql, values) => query(sql, values),
      file: () => Promise.reject(new Error('no files here')),
      list: () => Promise.reject(new Error('no files here')),
      run: () => Promise.reject(new Error('no programs here')),
    },
    query,
    exec: (sql) => void database.exec(sql),
    close: () => void database.close(),
  };
}
