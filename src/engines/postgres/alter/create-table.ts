import { childId, parseObjectId } from '../../../core/object-id.ts';
import type { Schema, SchemaObject } from '../../../core/schema.ts';
import { childNameOf, kindOf, nameOf, quoteName } from '../names.ts';
import { columnClause, field, list, optionsClause } from './describe.ts';

/** Children that CREATE TABLE writes itself; the others are statements of their own. */
export function isPartOfCreateTable(id: string, object: SchemaObject): boolean {
  const kind = kindOf(id);
  if (kind === 'column') return true;
  return ['primary-key', 'unique', 'check', 'exclusion'].includes(kind) && !object.notValid && !object.inherited;
}

/** CREATE TABLE with its columns and constraints, and what only ALTER TABLE can say of it. */
export function createTable(id: string, schema: Schema): readonly string[] {
  const table = schema.objects.get(id) ?? {};
  const name = nameOf(id);
  const children = [...schema.objects].filter(([child]) => child.startsWith(`${id}/`));
  const parent = field(table, 'partitionOf');
  const lines = children
    .filter(([child, object]) => isPartOfCreateTable(child, object) && !object.inherited)
    .map(([child, object]) => `  ${inTable(child, object)}`);
  const body = lines.length > 0 ? ` (\n${lines.join(',\n')}\n)` : parent ? '' : ' ()';
  const inherits = list(table, 'inherits').map(nameOf);
  const create = [
    `CREATE ${table.persistence === 'unlogged' ? 'UNLOGGED ' : ''}TABLE ${name}`,
    parent ? ` PARTITION OF ${nameOf(parent)}` : '',
    body,
    parent ? ` ${table.bound}` : '',
    inherits.length > 0 ? ` INHERITS (${inherits.join(', ')})` : '',
    table.partitionBy ? ` PARTITION BY ${table.partitionBy}` : '',
    optionsClause(list(table, 'options')),
  ].join('');
  return [
    create,
    ...children.flatMap(([child, column]) => afterwards(child, column, schema, parent ?? list(table, 'inherits')[0])),
    ...tableFlags(name, {}, table),
  ];
}

/** Row security and replica identity, told apart from how they were. */
export function tableFlags(name: string, from: SchemaObject, to: SchemaObject): readonly string[] {
  const statements: string[] = [];
  const flag = (field: string, on: string, off: string) => {
    if (from[field] !== to[field]) statements.push(`ALTER TABLE ${name} ${to[field] ? on : off}`);
  };
  flag('rowSecurity', 'ENABLE ROW LEVEL SECURITY', 'DISABLE ROW LEVEL SECURITY');
  flag('forceRowSecurity', 'FORCE ROW LEVEL SECURITY', 'NO FORCE ROW LEVEL SECURITY');
  // `index` is said where the index is made.
  if (from.replicaIdentity !== to.replicaIdentity && to.replicaIdentity !== 'index') {
    statements.push(`ALTER TABLE ${name} REPLICA IDENTITY ${String(to.replicaIdentity ?? 'default').toUpperCase()}`);
  }
  return statements;
}

/** Storage and compression, which ADD COLUMN and CREATE TABLE cannot say before PostgreSQL 16. */
export function columnStorage(id: string, column: SchemaObject): readonly string[] {
  const alter = `ALTER TABLE ${nameOf(id)} ALTER COLUMN ${childNameOf(id)}`;
  return [
    ...(column.storage ? [`${alter} SET STORAGE ${String(column.storage).toUpperCase()}`] : []),
    ...(column.compression ? [`${alter} SET COMPRESSION ${column.compression}`] : []),
  ];
}

function inTable(id: string, object: SchemaObject): string {
  return kindOf(id) === 'column'
    ? `${childNameOf(id)} ${columnClause(object)}`
    : `CONSTRAINT ${childNameOf(id)} ${object.definition}`;
}

/** A column taken over from a parent may still have a default or NOT NULL of its own. */
function afterwards(id: string, object: SchemaObject, schema: Schema, parent: string | undefined): readonly string[] {
  if (kindOf(id) !== 'column') return [];
  const statements = [...columnStorage(id, object)];
  if (!object.inherited || parent === undefined || object.generated || object.identity) return statements;
  const name = parseObjectId(id).child?.name ?? '';
  const model = schema.objects.get(childId(parent, 'column', name)) ?? {};
  const alter = `ALTER TABLE ${nameOf(id)} ALTER COLUMN ${quoteName(name)}`;
  if (object.default !== model.default) {
    statements.push(object.default === undefined ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${object.default}`);
  }
  if (object.notNull && !model.notNull) statements.push(`${alter} SET NOT NULL`);
  return statements;
}
