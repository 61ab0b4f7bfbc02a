import { wrong } from '../../../core/change-request.ts';
import { childId, formatObjectId } from '../../../core/object-id.ts';
import { type Schema, type SchemaObject, schemaOf } from '../../../core/schema.ts';

/** Id of the table, which the schema must have. */
export function knownTable(
  schema: Schema | undefined,
  table: string,
): { readonly schema: Schema; readonly id: string } {
  if (schema === undefined)
    throw wrong('table', 'a database whose schema is known: SQLite makes this change by rebuilding the table');
  const id = [...schema.objects.keys()].find(
    (key) => key.toLowerCase() === formatObjectId({ kind: 'table', name: [table] }).toLowerCase(),
  );
  if (id === undefined) throw wrong('table', 'a table that is in the database');
  return { schema, id };
}

/** What is known of a column, which the table must have. */
export function knownColumn(schema: Schema, table: string, column: string): SchemaObject {
  const object = schema.objects.get(childId(table, 'column', column));
  if (object === undefined) throw wrong('column', 'a column that the table has');
  return object;
}

/** The schema with one object changed, or taken out. */
export function withObject(schema: Schema, id: string, object: SchemaObject | undefined): Schema {
  const objects = new Map(schema.objects);
  if (object === undefined) objects.delete(id);
  else objects.set(id, object);
  return schemaOf(objects);
}

/** The schema without a column and the indexes over it. */
export function withoutColumn(schema: Schema, table: string, column: string): Schema {
  const gone = childId(table, 'column', column);
  const over = (id: string, object: SchemaObject) =>
    id.startsWith(`${table}/index:`) && Array.isArray(object.columns) && object.columns.includes(column);
  return schemaOf(new Map([...schema.objects].filter(([id, object]) => id !== gone && !over(id, object))));
}

/** The schema without a table and all that lies in it. */
export function withoutTable(schema: Schema, table: string): Schema {
  return schemaOf(new Map([...schema.objects].filter(([id]) => id !== table && !id.startsWith(`${table}/`))));
}
