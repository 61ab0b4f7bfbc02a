import { type ChangeRequest, type ChangeSql, type ColumnRequest, wrong } from '../../core/change-request.ts';
import type { Schema } from '../../core/schema.ts';
import { checkedDefault, checkedType } from './change/checked-sql.ts';
import { addCheck, addForeignKey, addIndex, addUnique, setNotNull } from './change/constraints.ts';
import { expandColumn } from './change/expand-column.ts';
import { dropColumn, dropIndex, dropTable } from './change/removals.ts';
import { beside, columnOf, fittingName, type TableName, tableName } from './change/table-name.ts';
import { quoteName } from './names.ts';

type Of<Kind extends ChangeRequest['kind']> = Extract<ChangeRequest, { kind: Kind }>;

/**
 * SQL for a stated change, in the form that blocks least. Where old code would not survive the change, `up` is its expand half and
 * `deploys` says what comes next; a removal has no such half, so there `deploys` says what must come first.
 */
export async function sqlForChange(change: ChangeRequest, schema?: Schema): Promise<ChangeSql> {
  const table = tableName(change.table, schema);
  switch (change.kind) {
    case 'create-table':
      return createTable(change, table);
    case 'drop-table':
      return dropTable(table, schema);
    case 'rename-table':
      return renameTable(change, table);
    case 'add-column':
      return addColumn(change, table);
    case 'drop-column':
      return dropColumn(change, table, schema);
    case 'rename-column':
      return renameColumn(change, table, schema);
    case 'change-type':
      return changeType(change, table, schema);
    case 'set-not-null':
      columnOf(table, change.column, schema);
      return setNotNull(change, table);
    case 'add-index':
      return addIndex(change, table);
    case 'drop-index':
      return dropIndex(change, table, schema);
    case 'add-foreign-key':
      return addForeignKey(change, table);
    case 'add-check':
      return addCheck(change, table);
    case 'add-unique':
      return addUnique(change, table);
  }
}

async function createTable(change: Of<'create-table'>, table: TableName): Promise<ChangeSql> {
  const lines: string[] = [];
  for (const [index, column] of change.columns.entries())
    lines.push(`  ${await columnClause(column, `columns.${index}.`)}`);
  if (change.primaryKey.length > 0) lines.push(`  PRIMARY KEY (${change.primaryKey.map(quoteName).join(', ')})`);
  return {
    up: [`CREATE TABLE ${table.sql} (\n${lines.join(',\n')}\n)`],
    down: [`DROP TABLE ${table.sql}`],
    reversible: 'yes',
    transaction: true,
  };
}

async function columnClause(column: ColumnRequest, prefix = ''): Promise<string> {
  const type = await checkedType(column.type, `${prefix}type`);
  const value =
    column.default === undefined ? '' : ` DEFAULT ${await checkedDefault(column.default, `${prefix}default`)}`;
  return `${quoteName(column.column)} ${type}${value}${column.nullable ? '' : ' NOT NULL'}`;
}

async function addColumn(change: Of<'add-column'>, table: TableName): Promise<ChangeSql> {
  const column = quoteName(change.column);
  const alter = `ALTER TABLE ${table.sql}`;
  const down = [`${alter} DROP COLUMN ${column}`];
  const value = change.default === undefined ? undefined : await checkedDefault(change.default);
  // A constant goes into the catalogue (PostgreSQL 11); anything computed may be volatile and would rewrite every row at once.
  const constant = value !== undefined && !value.replace(/'(?:[^']|'')*'|^now\(\)$/gi, '').includes('(');
  if (change.nullable ? value === undefined || constant : constant) {
    return { up: [`${alter} ADD COLUMN ${await columnClause(change)}`], down, reversible: 'yes', transaction: true };
  }
  const up = [
    `${alter} ADD COLUMN ${column} ${await checkedType(change.type)}`,
    ...(value === undefined ? [] : [`${alter} ALTER COLUMN ${column} SET DEFAULT ${value}`]),
  ];
  const required = setNotNull({ kind: 'set-not-null', table: change.table, column: change.column }, table);
  return {
    up,
    down,
    reversible: 'yes',
    transaction: true,
    deploys: [
      {
        step: 'expand',
        title: `Add ${column} without a value for the rows that are there`,
        sql: { up, down },
        code:
          value === undefined
            ? `Release code that writes ${column} on every insert.`
            : 'Nothing changes for the code that runs now.',
      },
      {
        step: 'backfill',
        title: `Fill ${column} in batches`,
        ...(value !== undefined && {
          batch: `UPDATE ${table.sql} SET ${column} = ${value} WHERE ctid IN (SELECT ctid FROM ${table.sql} WHERE ${column} IS NULL LIMIT 1000)`,
        }),
        code:
          value === undefined
            ? 'Only you know the value the old rows should have.'
            : 'Nothing changes for the code that runs now.',
      },
      ...(change.nullable
        ? []
        : [
            {
              step: 'contract' as const,
              title: `Require ${column}`,
              sql: { up: required.up, down: required.down },
              code: 'Nothing more to release.',
            },
          ]),
    ],
  };
}

async function renameColumn(
  change: Of<'rename-column'>,
  table: TableName,
  schema: Schema | undefined,
): Promise<ChangeSql> {
  const column = columnOf(table, change.column, schema);
  const type = column === undefined ? change.type && (await checkedType(change.type)) : String(column.type);
  if (type === undefined) throw wrong('type', "the column's type, because the database's schema is not known here");
  if (column?.generated) throw wrong('column', 'a column that is not generated: write that change by hand');
  return expandColumn({
    table,
    old: change.column,
    new: change.to,
    oldType: type,
    newType: type,
    notNull: column?.notNull === true,
    ...(typeof column?.default === 'string' && { default: column.default }),
    purpose: 'rename',
  });
}

async function changeType(change: Of<'change-type'>, table: TableName, schema: Schema | undefined): Promise<ChangeSql> {
  const type = await checkedType(change.type);
  const column = columnOf(table, change.column, schema);
  if (column === undefined)
    throw wrong('table', 'a database whose schema is known: without the old type there is no way back');
  if (column.generated || column.identity)
    throw wrong('column', 'a column without identity or generated values: write that change by hand');
  const old = String(column.type);
  const alter = `ALTER TABLE ${table.sql} ALTER COLUMN ${quoteName(change.column)} TYPE`;
  if (widens(old, type)) {
    return { up: [`${alter} ${type}`], down: [`${alter} ${old}`], reversible: 'yes', transaction: true };
  }
  return expandColumn({
    table,
    old: change.column,
    new: fittingName(change.column, 'new'),
    oldType: old,
    newType: type,
    notNull: column.notNull === true,
    ...(typeof column.default === 'string' && { default: `${column.default}::${type}` }),
    purpose: 'retype',
  });
}

/** Changes PostgreSQL makes in the catalogue alone: a longer varchar, or none of a limit (varchar_support in varchar.c). */
function widens(from: string, to: string): boolean {
  const length = (type: string) => {
    const found = /^(?:character varying|varchar)(?:\((\d+)\))?$/i.exec(type);
    return found === null
      ? /^text$/i.test(type)
        ? Number.POSITIVE_INFINITY
        : undefined
      : Number(found[1] ?? Number.POSITIVE_INFINITY);
  };
  const [before, after] = [length(from), length(to)];
  return before !== undefined && after !== undefined && after >= before;
}

/** New code speaks to a view by the new name until no code uses the old one. */
function renameTable(change: Of<'rename-table'>, table: TableName): ChangeSql {
  const view = beside(table, change.to);
  const up = [`CREATE VIEW ${view} AS SELECT * FROM ${table.sql}`];
  const down = [`DROP VIEW ${view}`];
  return {
    up,
    down,
    reversible: 'yes',
    transaction: true,
    deploys: [
      {
        step: 'expand',
        title: `Let ${table.sql} be reached as ${view} too`,
        sql: { up, down },
        code: `Release code that uses ${view} and no longer names ${table.sql}.`,
      },
      {
        step: 'contract',
        title: `Give the table its new name`,
        sql: {
          up: [...down, `ALTER TABLE ${table.sql} RENAME TO ${quoteName(change.to)}`],
          down: [`ALTER TABLE ${view} RENAME TO ${quoteName(table.name)}`, ...up],
        },
        code: `No running code names ${table.sql} any more.`,
      },
    ],
  };
}
