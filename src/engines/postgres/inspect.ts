import type { Reader } from '../../core/ports.ts';
import { type Schema, schemaOf } from '../../core/schema.ts';
import { withCatalogue } from './inspect/catalogue.ts';
import { Collector } from './inspect/collector.ts';
import { readColumns } from './inspect/columns.ts';
import { readConstraints } from './inspect/constraints.ts';
import { readDependencies } from './inspect/dependencies.ts';
import { readIndexes } from './inspect/indexes.ts';
import { readNamespaces } from './inspect/namespaces.ts';
import { readRelations } from './inspect/relations.ts';
import { readRoutines, readTriggers } from './inspect/routines.ts';
import { readRules } from './inspect/rules.ts';
import { readSequences } from './inspect/sequences.ts';
import { readTypes } from './inspect/types.ts';

/**
 * Reads a database's structure in a fixed number of catalogue queries, spelled by the server itself. `exclude` names relations to
 * leave out, such as a history table (`public._migrations`). Works on PostgreSQL 11 and later.
 */
export async function inspect(reader: Reader, options: { readonly exclude?: readonly string[] } = {}): Promise<Schema> {
  return withCatalogue(reader, options.exclude ?? [], async (catalogue) => {
    const found = new Collector();
    // Parents before children: a child's id is made from its parent's. One connection, so one after the other.
    for (const read of [
      readNamespaces,
      readTypes,
      readRelations,
      readColumns,
      readConstraints,
      readIndexes,
      readSequences,
      readRoutines,
      readTriggers,
      readRules,
    ]) {
      await read(catalogue, found);
    }
    return { ...schemaOf(found.objects, found.rows), needs: await readDependencies(catalogue, found) };
  });
}
