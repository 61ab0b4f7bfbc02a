import { parseObjectId } from '../../../core/object-id.ts';
import type { Schema, SchemaObject } from '../../../core/schema.ts';
import { quoteName } from '../tokens.ts';

/** The columns of a table, in their order. */
export function columnsOf(schema: Schema, table: string): readonly (readonly [name: string, column: SchemaObject])[] {
  return [...schema.objects]
    .filter(([id]) => id.startsWith(`${table}/column:`))
    .map(([id, column]) => [parseObjectId(id).child?.name ?? '', column]);
}

/** A column as CREATE TABLE and ADD COLUMN spell it. */
export function columnClause(name: string, column: SchemaObject): string {
  return [quoteName(name), column.type, column.definition]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

/** CREATE TABLE under the name given, which differs from the table's own while it is being rebuilt. */
export function createTable(schema: Schema, id: string, name: string): string {
  const table = schema.objects.get(id) ?? {};
  if (typeof table.sql === 'string') return table.sql;
  const lines = columnsOf(schema, id).map(([column, object]) => columnClause(column, object));
  const constraints = (table.constraints ?? []) as readonly string[];
  const options = [...(table.strict ? ['STRICT'] : []), ...(table.withoutRowid ? ['WITHOUT ROWID'] : [])].join(', ');
  return `CREATE TABLE ${quoteName(name)} (\n  ${[...lines, ...constraints].join(',\n  ')}\n)${options && ` ${options}`}`;
}
