import { wrong } from '../../../core/change-request.ts';
import { childId, formatObjectId } from '../../../core/object-id.ts';
import type { Schema, SchemaObject } from '../../../core/schema.ts';
import { quoteName } from '../names.ts';

/** A table as a change names it. */
export interface TableName {
  readonly schema: string | undefined;
  readonly name: string;
  /** As statements spell it. */
  readonly sql: string;
  readonly id: string;
}

/** Reads `users` or `app.users`; where the schema is known, a table whose own name holds a dot is found too. */
export function tableName(text: string, schema?: Schema): TableName {
  const whole = formatObjectId({ kind: 'table', name: ['public', text] });
  const dot = text.indexOf('.');
  if (dot <= 0 || schema?.objects.has(whole)) return { schema: undefined, name: text, sql: quoteName(text), id: whole };
  const [first, second] = [text.slice(0, dot), text.slice(dot + 1)];
  if (second === '') throw wrong('table', 'a table, or a schema and a table with a dot between');
  const id = formatObjectId({ kind: 'table', name: [first, second] });
  return { schema: first, name: second, sql: `${quoteName(first)}.${quoteName(second)}`, id };
}

/** Something in the same schema as the table, as statements spell it. */
export function beside(table: TableName, name: string): string {
  return table.schema === undefined ? quoteName(name) : `${quoteName(table.schema)}.${quoteName(name)}`;
}

/** What is known of a column; throws where the schema is known and has no such column. */
export function columnOf(table: TableName, column: string, schema: Schema | undefined): SchemaObject | undefined {
  if (schema === undefined) return undefined;
  if (!schema.objects.has(table.id)) throw wrong('table', 'a table that is in the database');
  const object = schema.objects.get(childId(table.id, 'column', column));
  if (object === undefined) throw wrong('column', 'a column that the table has');
  return object;
}

const LONGEST_NAME_BYTES = 63;

/** A name of ours, cut where PostgreSQL would cut it (NAMEDATALEN), so that what we make is what we later drop. */
export function fittingName(...parts: readonly string[]): string {
  const suffix = parts.at(-1) ?? '';
  let stem = parts.slice(0, -1).join('_');
  while (Buffer.byteLength(`${stem}_${suffix}`) > LONGEST_NAME_BYTES) stem = [...stem].slice(0, -1).join('');
  return `${stem}_${suffix}`;
}
