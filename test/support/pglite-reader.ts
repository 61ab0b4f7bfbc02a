import { PGlite } from '@electric-sql/pglite';
import type { Reader } from '../../src/core/ports.ts';

/** An in-process PostgreSQL with a Reader on it. */
export async function openPglite(): Promise<{
  reader: Reader;
  exec(sql: string): Promise<void>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Back to an empty database: own schemas, extensions and settings gone. */
  reset(): Promise<void>;
  close(): Promise<void>;
}> {
  const database = new PGlite();
  await database.waitReady;
  const query = async (sql: string, values: readonly unknown[] = []) =>
    (await database.query<Record<string, unknown>>(sql, [...values])).rows;
  return {
    reader: {
      query,
      file: () => Promise.reject(new Error('no files here')),
      list: () => Promise.reject(new Error('no files here')),
      run: () => Promise.reject(new Error('no programs here')),
    },
    query,
    async exec(sql) {
      await database.exec(sql);
    },
    async reset() {
      await database.exec('ROLLBACK').catch(() => undefined);
      await database.exec(RESET);
    },
    close: () => database.close(),
  };
}

const RESET = `RESET ALL; RESET ROLE;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('DROP EVENT TRIGGER %I', name); END LOOP;
  FOR name IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', name); END LOOP;
  FOR name IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE format('DROP EXTENSION %I CASCADE', name); END LOOP;
  FOR name IN SELECT fdwname FROM pg_foreign_data_wrapper LOOP EXECUTE format('DROP FOREIGN DATA WRAPPER %I CASCADE', name); END LOOP;
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP;
END $$;
CREATE SCHEMA public; COMMENT ON SCHEMA public IS 'standard public schema';`;
