import { childId, formatObjectId } from '../../core/object-id.ts';
import type { Reader, Row } from '../../core/ports.ts';
import { type Schema, type SchemaObject, schemaOf } from '../../core/schema.ts';
import { readTableDefinition } from './table-definition.ts';
import { tokenize, write } from './tokens.ts';

// pragma_table_list knows shadow tables apart (SQLite 3.37); sqlite_ names are SQLite's own, and kept from users by it.
const TABLES = `SELECT l.name AS name, l.type AS kind, l.wr AS without_rowid, l.strict AS strict, s.sql AS sql
  FROM pragma_table_list AS l JOIN sqlite_schema AS s ON s.name = l.name AND s.type IN ('table', 'view')
  WHERE l.schema = 'main' AND l.type <> 'shadow' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY l.name`;
const ofTables = (pragma: string, columns: string) => `SELECT l.name AS relation, ${columns}
  FROM pragma_table_list AS l, ${pragma}(l.name) AS p
  WHERE l.schema = 'main' AND l.type IN ('table', 'virtual') AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
const COLUMNS = `${ofTables('pragma_table_xinfo', 'p.cid AS cid, p.name AS name, p.type AS type, p."notnull" AS not_null, p.dflt_value AS dflt, p.pk AS pk, p.hidden AS hidden')}
  ORDER BY l.name, p.cid`;
const FOREIGN_KEYS = `${ofTables('pragma_foreign_key_list', 'p.id AS id, p.seq AS seq, p."table" AS target, p."from" AS source, p."to" AS referenced, p.on_update AS on_update, p.on_delete AS on_delete, p."match" AS match')}
  ORDER BY l.name, p.id, p.seq`;
const INDEXES = `SELECT l.name AS relation, p.name AS name, p."unique" AS is_unique, p.origin AS origin, p.partial AS partial, s.sql AS sql,
    x.seqno AS seqno, x.name AS column_name, x."desc" AS descending, x.coll AS collation
  FROM pragma_table_list AS l, pragma_index_list(l.name) AS p, pragma_index_xinfo(p.name) AS x
  LEFT JOIN sqlite_schema AS s ON s.type = 'index' AND s.name = p.name
  WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND x.key = 1
  ORDER BY l.name, p.name, x.seqno`;
const TRIGGERS = `SELECT name, tbl_name AS relation, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`;
const ANALYSED = `SELECT tbl AS name, stat FROM sqlite_stat1`;

/** Reads a database's structure in six queries. `exclude` names tables to leave out, such as a history table. */
export async function inspect(reader: Reader, options: { readonly exclude?: readonly string[] } = {}): Promise<Schema> {
  const excluded = new Set(options.exclude?.map((name) => name.toLowerCase()));
  const kept = (field: string) => (row: Row) => !excluded.has(String(row[field]).toLowerCase());
  const tables = (await reader.query(TABLES)).filter(kept('name'));
  const columns = (await reader.query(COLUMNS)).filter(kept('relation'));
  const foreignKeys = (await reader.query(FOREIGN_KEYS)).filter(kept('relation'));
  const indexes = (await reader.query(INDEXES)).filter(kept('relation'));
  const triggers = (await reader.query(TRIGGERS)).filter(kept('relation'));

  const names = new Set([...tables, ...columns, ...indexes, ...triggers].map((row) => String(row.name).toLowerCase()));
  const canonical = (sql: unknown) => write(tokenize(String(sql)) ?? [], names) || String(sql);
  const objects = new Map<string, SchemaObject>();
  const ids = new Map<string, string>();
  for (const table of tables) {
    const name = String(table.name);
    const id = formatObjectId({ kind: table.kind === 'view' ? 'view' : 'table', name: [name] });
    ids.set(name.toLowerCase(), id);
    const own = (rows: readonly Row[]) => rows.filter((row) => row.relation === name);
    if (table.kind === 'view') objects.set(id, { sql: canonical(table.sql) });
    else addTable(objects, id, table, own(columns), names, canonical);
    addForeignKeys(objects, id, own(foreignKeys));
    addIndexes(objects, id, own(indexes), canonical);
  }
  for (const trigger of triggers) {
    const id = ids.get(String(trigger.relation).toLowerCase());
    if (id !== undefined) objects.set(childId(id, 'trigger', String(trigger.name)), { sql: canonical(trigger.sql) });
  }
  return schemaOf(objects, await estimatedRows(reader, ids));
}

function addTable(
  objects: Map<string, SchemaObject>,
  id: string,
  table: Row,
  columns: readonly Row[],
  names: ReadonlySet<string>,
  canonical: (sql: unknown) => string,
): void {
  const definition = table.kind === 'virtual' ? undefined : readTableDefinition(String(table.sql), names);
  objects.set(id, {
    ...(Number(table.strict) === 1 && { strict: true }),
    ...(Number(table.without_rowid) === 1 && { withoutRowid: true }),
    ...(definition?.autoincrement && { autoincrement: true }),
    ...(definition && definition.constraints.length > 0 && { constraints: definition.constraints }),
    // A virtual table is its module's call; a text of another shape is kept whole so that no difference is missed.
    ...(definition === undefined && { sql: canonical(table.sql), virtual: table.kind === 'virtual' }),
  });
  for (const column of columns) {
    const hidden = Number(column.hidden);
    if (hidden === 1) continue;
    const name = String(column.name);
    objects.set(childId(id, 'column', name), {
      type: String(column.type).toUpperCase(),
      notNull: Number(column.not_null) === 1,
      ...(column.dflt !== null && { default: canonical(column.dflt) }),
      ...(hidden > 1 && { generated: hidden === 2 ? 'virtual' : 'stored' }),
      ...(Number(column.pk) > 0 && { primaryKey: Number(column.pk) }),
      ...(definition?.collations.has(name) && { collation: definition.collations.get(name) }),
      ...(definition?.columns.get(name) && { definition: definition.columns.get(name) }),
    });
  }
}

function addForeignKeys(objects: Map<string, SchemaObject>, table: string, rows: readonly Row[]): void {
  for (const parts of grouped(rows, 'id')) {
    const columns = parts.map((row) => String(row.source));
    // SQLite does not report a foreign key's name, so its columns name it.
    let id = childId(table, 'foreign-key', columns.join(','));
    for (let count = 2; objects.has(id); count++) id = childId(table, 'foreign-key', `${columns.join(',')}#${count}`);
    const action = (value: unknown) => (value === 'NO ACTION' ? undefined : String(value).toLowerCase());
    const [first] = parts;
    const onDelete = action(first?.on_delete);
    const onUpdate = action(first?.on_update);
    objects.set(id, {
      columns,
      references: formatObjectId({ kind: 'table', name: [String(first?.target)] }),
      ...(parts.every((row) => row.referenced !== null) && { referencedColumns: parts.map((row) => row.referenced) }),
      ...(onDelete && { onDelete }),
      ...(onUpdate && { onUpdate }),
    });
  }
}

function addIndexes(
  objects: Map<string, SchemaObject>,
  table: string,
  rows: readonly Row[],
  canonical: (sql: unknown) => string,
): void {
  for (const parts of grouped(rows, 'name')) {
    const [first] = parts;
    // Origin pk is told by the columns.
    if (first === undefined || first.origin === 'pk') continue;
    const columns = parts.map((row) => row.column_name ?? '(expression)');
    const keys = parts.map((row) => ({
      column: row.column_name ?? null,
      ...(Number(row.descending) === 1 && { descending: true }),
      ...(row.collation !== 'BINARY' && { collation: row.collation }),
    }));
    const constraint = first.origin === 'u';
    objects.set(childId(table, constraint ? 'unique' : 'index', constraint ? columns.join(',') : String(first.name)), {
      columns,
      keys,
      ...(constraint
        ? {}
        : { unique: Number(first.is_unique) === 1, partial: Number(first.partial) === 1, sql: canonical(first.sql) }),
    });
  }
}

function grouped(rows: readonly Row[], field: string): readonly (readonly Row[])[] {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) groups.set(row[field], [...(groups.get(row[field]) ?? []), row]);
  return [...groups.values()];
}

/** ANALYZE leaves its counts in sqlite_stat1; without it SQLite has no estimate and counting would read every table. */
async function estimatedRows(reader: Reader, ids: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, number>> {
  const rows = new Map<string, number>();
  const [stat] = await reader.query(`SELECT count(*) AS n FROM sqlite_schema WHERE name = 'sqlite_stat1'`);
  if (Number(stat?.n) === 0) return rows;
  for (const { name, stat: counts } of await reader.query(ANALYSED)) {
    const id = ids.get(String(name).toLowerCase());
    const count = Number.parseInt(String(counts), 10);
    if (id !== undefined && Number.isFinite(count)) rows.set(id, Math.max(count, rows.get(id) ?? 0));
  }
  return rows;
}
