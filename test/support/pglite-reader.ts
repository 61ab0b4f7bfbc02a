import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { hstore } from '@electric-sql/pglite/contrib/hstore';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp';
import type { Reader } from '../../src/core/ports.ts';

/** An in-process PostgreSQL with a Reader on it. */
export async function openPglite(options: { readonly extensions?: boolean } = {}): Promise<{
  reader: Reader;
  exec(sql: string): Promise<void>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Back to an empty database: own schemas, extensions and settings gone. */
  reset(): Promise<void>;
  /** Roles belong to the server and survive `reset`. */
  dropRoles(): Promise<void>;
  close(): Promise<void>;
}> {
  const database = new PGlite({
    ...(options.extensions && { extensions: { btree_gist, citext, hstore, pg_trgm, pgcrypto, uuid_ossp } }),
  });
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
    async dropRoles() {
      await database.exec(DROP_ROLES);
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

const DROP_ROLES = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres' LOOP
    EXECUTE format('DROP OWNED BY %I CASCADE', name);
    EXECUTE format('DROP ROLE %I', name);
  END LOOP;
END $$;`;
