import { type ChangeRequest, type ChangeSql, type Deploy, wrong } from '../../core/change-request.ts';
import { childId } from '../../core/object-id.ts';
import type { Schema } from '../../core/schema.ts';
import { sqlForChanges } from './alter.ts';
import { checkedExpression, checkedType, columnClause, columnConstraints } from './change/checked-sql.ts';
import { knownColumn, knownTable, withObject, withoutColumn, withoutTable } from './change/edited-schema.ts';
import { renameColumn } from './change/rename-column.ts';
import { quoteName } from './tokens.ts';

type Of<Kind extends ChangeRequest['kind']> = Extract<ChangeRequest, { kind: Kind }>;
const listed = (columns: readonly string[]) => columns.map(quoteName).join(', ');

/** SQL for a stated change. What SQLite cannot alter is a rebuild of the table, for which the schema must be known. */
export async function sqlForChange(change: ChangeRequest, schema?: Schema): Promise<ChangeSql> {
  const table = quoteName(change.table);
  switch (change.kind) {
    case 'create-table':
      return plainly([createTable(change, table)], [`DROP TABLE ${table}`]);
    case 'drop-table':
      return dropTable(change, schema);
    case 'rename-table':
      return renameTable(change);
    case 'add-column':
      return addColumn(change, schema);
    case 'drop-column': {
      const known = knownTable(schema, change.table);
      knownColumn(known.schema, known.id, change.column);
      const sql = between(known.schema, withoutColumn(known.schema, known.id, change.column));
      return { ...sql, reversible: 'schema-only', deploys: removal(`${table}.${quoteName(change.column)}`, sql) };
    }
    case 'rename-column':
      return renameColumn(change, schema);
    case 'change-type':
      return editColumn(change, schema, () => ({ type: checkedType(change.type) }));
    case 'set-not-null': {
      const sql = editColumn(change, schema, (column) => ({
        notNull: true,
        definition: `NOT NULL ${column.definition ?? ''}`.trim(),
      }));
      const column = quoteName(change.column);
      return {
        ...sql,
        deploys: [
          {
            step: 'expand',
            title: `Write ${column} always`,
            code: `Release code that gives ${column} a value on every insert; then fill the rows that have none.`,
          },
          {
            step: 'contract',
            title: `Require ${column}`,
            sql: { up: sql.up, down: sql.down },
            code: 'Nothing more to release.',
          },
        ],
      };
    }
    case 'add-index':
      return addIndex(change);
    case 'drop-index': {
      const { schema: known, id } = knownTable(schema, change.table);
      const sql = known.objects.get(childId(id, 'index', change.name))?.sql;
      if (typeof sql !== 'string') throw wrong('name', 'an index that the table has');
      return plainly([`DROP INDEX ${quoteName(change.name)}`], [sql]);
    }
    case 'add-unique':
      return addIndex({ ...change, kind: 'add-index', unique: true });
    case 'add-check':
      return addConstraint(change, schema, `CHECK ${checkedExpression(change.expression, 'expression')}`);
    case 'add-foreign-key': {
      const actions = `${change.onDelete ? ` ON DELETE ${change.onDelete.toUpperCase()}` : ''}${change.onUpdate ? ` ON UPDATE ${change.onUpdate.toUpperCase()}` : ''}`;
      const target = `${quoteName(change.references.table)} (${listed(change.references.columns)})`;
      return addConstraint(change, schema, `FOREIGN KEY (${listed(change.columns)}) REFERENCES ${target}${actions}`);
    }
  }
}

function plainly(up: readonly string[], down: readonly string[]): ChangeSql {
  return { up, down, reversible: 'yes', transaction: true };
}

/** There and back between two schemas. */
function between(from: Schema, to: Schema): ChangeSql {
  const up = sqlForChanges(from, to);
  const down = sqlForChanges(to, from);
  if (!up.complete || !down.complete)
    throw wrong('table', 'a table SQLite can change: a virtual table cannot be altered');
  return {
    up: up.statements,
    down: down.statements,
    reversible: 'yes',
    transaction: up.transaction && down.transaction,
  };
}

function createTable(change: Of<'create-table'>, table: string): string {
  const lines = change.columns.map((column, index) => columnClause(column, `columns.${index}.`));
  if (change.primaryKey.length > 0) lines.push(`PRIMARY KEY (${listed(change.primaryKey)})`);
  return `CREATE TABLE ${table} (\n  ${lines.join(',\n  ')}\n)`;
}

function dropTable(change: Of<'drop-table'>, schema: Schema | undefined): ChangeSql {
  const table = quoteName(change.table);
  if (schema === undefined) return { up: [`DROP TABLE ${table}`], down: [], reversible: 'no', transaction: true };
  const { id } = knownTable(schema, change.table);
  const sql = between(schema, withoutTable(schema, id));
  return { ...sql, reversible: 'schema-only', deploys: removal(table, sql) };
}

function removal(what: string, sql: ChangeSql): readonly Deploy[] {
  return [
    {
      step: 'expand',
      title: `Stop using ${what}`,
      code: `Release code that does not name ${what}, and wait until no older code runs.`,
    },
    { step: 'contract', title: `Drop ${what}`, sql: { up: sql.up, down: sql.down }, code: 'Nothing more to release.' },
  ];
}

/** SQLite's views cannot be written to, so there is no name that old and new code could share. */
function renameTable(change: Of<'rename-table'>): ChangeSql {
  const [from, to] = [quoteName(change.table), quoteName(change.to)];
  const sql = plainly([`ALTER TABLE ${from} RENAME TO ${to}`], [`ALTER TABLE ${to} RENAME TO ${from}`]);
  const code = `Release code that uses ${to} at the same moment: SQLite has no way for both names to be written to.`;
  return {
    ...sql,
    deploys: [{ step: 'contract', title: `Rename ${from} to ${to}`, sql: { up: sql.up, down: sql.down }, code }],
  };
}

function addColumn(change: Of<'add-column'>, schema: Schema | undefined): ChangeSql {
  const column = quoteName(change.column);
  const table = quoteName(change.table);
  const down = [`ALTER TABLE ${table} DROP COLUMN ${column}`];
  const definition = columnConstraints(change);
  const type = checkedType(change.type);
  if (change.default === undefined && !change.nullable) {
    const sql = plainly([`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`], down);
    return {
      ...sql,
      deploys: [
        {
          step: 'expand',
          title: `Add ${column} without a value for the rows that are there`,
          sql: { up: sql.up, down },
          code: `Release code that writes ${column} on every insert.`,
        },
        { step: 'backfill', title: `Fill ${column}`, code: 'Only you know the value the old rows should have.' },
        { step: 'contract', title: `Require ${column}: ask for set-not-null`, code: 'Nothing more to release.' },
      ],
    };
  }
  // ADD COLUMN takes constants only (https://www.sqlite.org/lang_altertable.html#altertabaddcol).
  if (!/DEFAULT (?:\(|current_)/i.test(definition) && !(/DEFAULT null$/i.test(definition) && !change.nullable)) {
    return plainly([`ALTER TABLE ${table} ADD COLUMN ${columnClause(change)}`], down);
  }
  const known = knownTable(schema, change.table);
  const object = {
    type: type.toUpperCase(),
    notNull: !change.nullable,
    default: change.default,
    definition,
  };
  return between(known.schema, withObject(known.schema, childId(known.id, 'column', change.column), object));
}

function editColumn(
  change: Of<'change-type' | 'set-not-null'>,
  schema: Schema | undefined,
  edit: (column: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): ChangeSql {
  const known = knownTable(schema, change.table);
  const column = knownColumn(known.schema, known.id, change.column);
  return between(
    known.schema,
    withObject(known.schema, childId(known.id, 'column', change.column), { ...column, ...edit(column) }),
  );
}

function addIndex(change: Of<'add-index'>): ChangeSql {
  const name = quoteName(change.name ?? [change.table, ...change.columns, change.unique ? 'key' : 'idx'].join('_'));
  const where = change.where === undefined ? '' : ` WHERE ${checkedExpression(change.where, 'where')}`;
  const up = `CREATE ${change.unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${quoteName(change.table)} (${listed(change.columns)})${where}`;
  return plainly([up], [`DROP INDEX ${name}`]);
}

function addConstraint(
  change: Of<'add-check' | 'add-foreign-key'>,
  schema: Schema | undefined,
  clause: string,
): ChangeSql {
  const known = knownTable(schema, change.table);
  const table = known.schema.objects.get(known.id) ?? {};
  const constraint = change.name === undefined ? clause : `CONSTRAINT ${quoteName(change.name)} ${clause}`;
  const constraints = [...((table.constraints ?? []) as readonly string[]), constraint];
  return between(known.schema, withObject(known.schema, known.id, { ...table, constraints }));
}
