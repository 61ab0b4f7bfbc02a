import { childId, parseObjectId } from '../../../core/object-id.ts';
import type { Schema, SchemaObject } from '../../../core/schema.ts';
import { is, quoteName, quoteText, tokenize } from '../tokens.ts';
import { columnClause, columnsOf, createTable } from './create-table.ts';

/** Statements SQLite itself has for the difference; undefined where the table must be rebuilt. */
export function changeNatively(from: Schema, to: Schema, id: string): readonly string[] | undefined {
  const [table] = parseObjectId(id).name;
  if (table === undefined || !same(from.objects.get(id), to.objects.get(id))) return undefined;
  const before = new Map(columnsOf(from, id));
  const after = new Map(columnsOf(to, id));
  const statements: string[] = [];
  for (const [name, column] of before) {
    if (!after.has(name)) {
      if (!canDrop(from, id, name, column) || before.size === 1) return undefined;
      statements.push(`ALTER TABLE ${quoteName(table)} DROP COLUMN ${quoteName(name)}`);
    } else if (!same(column, after.get(name))) return undefined;
  }
  for (const [name, column] of after) {
    if (before.has(name)) continue;
    if (!canAdd(column)) return undefined;
    statements.push(`ALTER TABLE ${quoteName(table)} ADD COLUMN ${columnClause(name, column)}`);
  }
  return statements;
}

/**
 * The rebuild of https://www.sqlite.org/lang_altertable.html#otheralter, steps 4 to 7: new table, rows, drop, rename. The caller
 * switches foreign keys off before the transaction and brings indexes, triggers and views back.
 */
export function rebuild(from: Schema, to: Schema, id: string): readonly string[] {
  const [table = ''] = parseObjectId(id).name;
  const temporary = `lockkeeper_new_${table}`;
  const stored = (schema: Schema) => columnsOf(schema, id).filter(([, column]) => column.generated === undefined);
  const before = new Set(stored(from).map(([name]) => name.toLowerCase()));
  const common = stored(to)
    .map(([name]) => name)
    .filter((name) => before.has(name.toLowerCase()))
    .map(quoteName)
    .join(', ');
  const counts = from.objects.get(id)?.autoincrement && to.objects.get(id)?.autoincrement;
  return [
    createTable(to, id, temporary),
    ...(common === ''
      ? []
      : [`INSERT INTO ${quoteName(temporary)} (${common}) SELECT ${common} FROM ${quoteName(table)}`]),
    // Without this a number given out once and deleted since would be given out again.
    ...(counts
      ? [
          `DELETE FROM sqlite_sequence WHERE name = ${quoteText(temporary)}`,
          `INSERT INTO sqlite_sequence (name, seq) SELECT ${quoteText(temporary)}, seq FROM sqlite_sequence WHERE name = ${quoteText(table)}`,
        ]
      : []),
    `DROP TABLE ${quoteName(table)}`,
    `ALTER TABLE ${quoteName(temporary)} RENAME TO ${quoteName(table)}`,
  ];
}

function same(a: SchemaObject | undefined, b: SchemaObject | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** https://www.sqlite.org/lang_altertable.html#altertabaddcol lists what ADD COLUMN refuses. */
function canAdd(column: SchemaObject): boolean {
  if (column.primaryKey !== undefined || column.generated === 'stored') return false;
  const tokens = tokenize(String(column.definition ?? '')) ?? [];
  if (tokens.some((token) => is(token, 'UNIQUE', 'PRIMARY'))) return false;
  const value = column.default;
  if (value === undefined) return column.notNull !== true;
  const constant =
    !/^(?:CURRENT_|\()/i.test(String(value)) &&
    !tokens.some((token, at) => is(token, 'DEFAULT') && is(tokens[at + 1], '('));
  const isNull = String(value).toUpperCase() === 'NULL';
  if (isNull && column.notNull) return false;
  return constant && (isNull || !tokens.some((token) => is(token, 'REFERENCES')));
}

/** https://www.sqlite.org/lang_altertable.html#altertabdropcol: nothing else may name the column. */
function canDrop(schema: Schema, table: string, name: string, column: SchemaObject): boolean {
  if (column.primaryKey !== undefined) return false;
  const mentions = (text: unknown) =>
    (tokenize(String(text)) ?? []).some((token) => token.value.toLowerCase() === name.toLowerCase());
  const own = childId(table, 'column', name);
  return ![...schema.objects].some(([id, object]) => {
    if (id === own || (id !== table && !id.startsWith(`${table}/`))) return false;
    return [object.constraints, object.columns, object.definition, object.sql].some(
      (value) => value !== undefined && mentions(Array.isArray(value) ? value.join(' ') : value),
    );
  });
}
