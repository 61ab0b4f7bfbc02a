import type { ChangeRequest, ChangeSql } from '../../../core/change-request.ts';
import { quoteName } from '../names.ts';
import { checkedExpression } from './checked-sql.ts';
import { beside, fittingName, type TableName, tableName } from './table-name.ts';

type Of<Kind extends ChangeRequest['kind']> = Extract<ChangeRequest, { kind: Kind }>;

const listed = (columns: readonly string[]) => columns.map(quoteName).join(', ');

/** CREATE INDEX CONCURRENTLY, which cannot run in a transaction. */
export async function addIndex(change: Of<'add-index'>, table: TableName): Promise<ChangeSql> {
  const name = change.name ?? fittingName(table.name, ...change.columns, change.unique ? 'key' : 'idx');
  const where = change.where === undefined ? '' : ` WHERE (${await checkedExpression(change.where, 'where')})`;
  return apart(
    [
      `CREATE ${change.unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${quoteName(name)} ON ${table.sql} (${listed(change.columns)})${where}`,
    ],
    [`DROP INDEX CONCURRENTLY ${beside(table, name)}`],
  );
}

/** The index is built without blocking writes and then becomes the constraint. */
export function addUnique(change: Of<'add-unique'>, table: TableName): ChangeSql {
  const name = quoteName(change.name ?? fittingName(table.name, ...change.columns, 'key'));
  return apart(
    [
      `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table.sql} (${listed(change.columns)})`,
      `ALTER TABLE ${table.sql} ADD CONSTRAINT ${name} UNIQUE USING INDEX ${name}`,
    ],
    [`ALTER TABLE ${table.sql} DROP CONSTRAINT ${name}`],
  );
}

export async function addCheck(change: Of<'add-check'>, table: TableName): Promise<ChangeSql> {
  const expression = await checkedExpression(change.expression, 'expression');
  return validatedLater(table, change.name ?? fittingName(table.name, 'check'), `CHECK (${expression})`);
}

export function addForeignKey(change: Of<'add-foreign-key'>, table: TableName): ChangeSql {
  const target = tableName(change.references.table);
  const actions = [
    change.onDelete === undefined ? '' : ` ON DELETE ${change.onDelete.toUpperCase()}`,
    change.onUpdate === undefined ? '' : ` ON UPDATE ${change.onUpdate.toUpperCase()}`,
  ].join('');
  const clause = `FOREIGN KEY (${listed(change.columns)}) REFERENCES ${target.sql} (${listed(change.references.columns)})${actions}`;
  return validatedLater(table, change.name ?? fittingName(table.name, ...change.columns, 'fkey'), clause);
}

/** SET NOT NULL reads the whole table under its strongest lock unless a valid check already proves it (PostgreSQL 12). */
export function setNotNull(change: Of<'set-not-null'>, table: TableName): ChangeSql {
  const column = quoteName(change.column);
  const check = quoteName(fittingName(table.name, change.column, 'not_null'));
  const alter = `ALTER TABLE ${table.sql}`;
  const up = [
    `${alter} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL) NOT VALID`,
    `${alter} VALIDATE CONSTRAINT ${check}`,
    `${alter} ALTER COLUMN ${column} SET NOT NULL`,
    `${alter} DROP CONSTRAINT ${check}`,
  ];
  const down = [`${alter} ALTER COLUMN ${column} DROP NOT NULL`];
  return {
    ...apart(up, down),
    deploys: [
      {
        step: 'expand',
        title: `Write ${column} always`,
        code: `Release code that gives ${column} a value on every insert and never sets it to NULL; then fill the rows that have none.`,
      },
      { step: 'contract', title: `Require ${column}`, sql: { up, down }, code: 'Nothing more to release.' },
    ],
  };
}

/** Added without reading the table, then checked without blocking writes; two transactions, or the first lock lasts through the second. */
function validatedLater(table: TableName, name: string, clause: string): ChangeSql {
  const constraint = `CONSTRAINT ${quoteName(name)}`;
  return apart(
    [
      `ALTER TABLE ${table.sql} ADD ${constraint} ${clause} NOT VALID`,
      `ALTER TABLE ${table.sql} VALIDATE ${constraint}`,
    ],
    [`ALTER TABLE ${table.sql} DROP ${constraint}`],
  );
}

function apart(up: readonly string[], down: readonly string[]): ChangeSql {
  return { up, down, reversible: 'yes', transaction: false };
}
