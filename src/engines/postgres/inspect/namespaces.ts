import { formatObjectId } from '../../../core/object-id.ts';
import { type Catalogue, NOT_OF_EXTENSION, OWN_SCHEMA, present, text } from './catalogue.ts';
import type { Collector } from './collector.ts';

/** Schemas and extensions. */
export async function readNamespaces(catalogue: Catalogue, into: Collector): Promise<void> {
  const schemas = await catalogue.facts(`
    SELECT n.oid::text AS oid, n.nspname AS name, pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment
    FROM canonical, pg_catalog.pg_namespace n
    WHERE ${OWN_SCHEMA('n')} AND ${NOT_OF_EXTENSION('pg_namespace', 'n.oid')} ORDER BY n.nspname`);
  for (const schema of schemas) {
    const name = String(schema.name);
    // The server's own remark on "public" differs between versions and says nothing about the user's schema.
    const comment = name === 'public' && schema.comment === 'standard public schema' ? undefined : schema.comment;
    into.add(
      formatObjectId({ kind: 'schema', name: [name] }),
      present({ comment }),
      `pg_namespace:${text(schema, 'oid')}`,
    );
  }
  const extensions = await catalogue.facts(`
    SELECT e.oid::text AS oid, e.extname AS name, n.nspname AS schema
    FROM canonical, pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname <> 'plpgsql' ORDER BY e.extname`);
  for (const extension of extensions) {
    into.add(
      formatObjectId({ kind: 'extension', name: [String(extension.name)] }),
      { schema: extension.schema },
      `pg_extension:${text(extension, 'oid')}`,
    );
  }
}
