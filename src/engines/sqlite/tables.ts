import type { AlterTableStmt, ColumnDefinition, CreateTableStmt, ForeignKeyClause } from 'sqlite3-parser';
import { childId, formatObjectId } from '../../core/object-id.ts';
import { type Account, spell } from './account.ts';
import { readsOf } from './rows.ts';

/** CREATE TABLE. */
export function createTable(account: Account, statement: CreateTableStmt): void {
  const relation = account.relation(statement.tblName);
  if (statement.ifNotExists && account.table(relation)) return;
  account.change({ kind: 'create-table', relation });
  account.draft.set(`table:${relation}`, { createdHere: true });
  if (statement.body.type === 'AsSelectCreateTableBody') {
    readsOf(account, statement.body.select);
    return;
  }
  for (const column of statement.body.columns) recordColumn(account, relation, column);
  for (const { constraint } of statement.body.constraints ?? []) {
    if (constraint.type !== 'ForeignKeyTableConstraint') continue;
    const columns = constraint.columns.map((column) => column.colName.text);
    recordForeignKey(account, relation, columns, constraint.clause);
  }
}

function recordColumn(account: Account, relation: string, column: ColumnDefinition): void {
  const kinds = column.constraints.map(({ constraint }) => constraint);
  const name = column.colName.text;
  account.draft.set(childId(`table:${relation}`, 'column', name), {
    type: (column.colType?.name ?? '').toUpperCase(),
    notNull: kinds.some((one) => one.type === 'NotNullColumnConstraint'),
    ...(kinds.some((one) => one.type === 'DefaultColumnConstraint') && { default: 'set' }),
    ...(kinds.some((one) => one.type === 'GeneratedColumnConstraint') && { generated: 'set' }),
    createdHere: true,
  });
  for (const one of kinds) {
    if (one.type === 'ForeignKeyColumnConstraint') recordForeignKey(account, relation, [name], one.clause);
  }
}

function recordForeignKey(
  account: Account,
  relation: string,
  columns: readonly string[],
  clause: ForeignKeyClause,
): void {
  const onDelete = clause.args.find((arg) => arg.type === 'OnDeleteRefArg');
  account.draft.set(childId(`table:${relation}`, 'foreign-key', columns.join(',')), {
    columns,
    references: formatObjectId({ kind: 'table', name: [clause.tblName.text] }),
    ...(onDelete && { onDelete: onDelete.action.toLowerCase() }),
  });
}

/** ALTER TABLE, which does one thing at a time in SQLite. */
export function alterTable(account: Account, statement: AlterTableStmt): void {
  const relation = account.relation(statement.tblName);
  const { body } = statement;
  switch (body.type) {
    case 'AddColumnAlterTableBody':
      addColumn(account, relation, body.column);
      break;
    case 'DropColumnAlterTableBody': {
      const column = body.column.text;
      account.change({ kind: 'drop-column', relation, column });
      account.writes(relation, { rewrites: true, loses: `column ${column}` });
      account.draft.remove(account.columnId(relation, column));
      break;
    }
    case 'RenameColumnAlterTableBody':
      account.change({ kind: 'rename-column', relation, column: body.old.text, to: body.new.text });
      account.writes(relation);
      account.draft.rename(
        account.columnId(relation, body.old.text),
        childId(`table:${relation}`, 'column', body.new.text),
      );
      break;
    case 'RenameToAlterTableBody':
      renameTable(account, relation, spell(body.name.text));
      break;
    case 'SetColumnNotNullAlterTableBody':
      account.change({ kind: 'set-not-null', relation, column: body.column.text });
      account.writes(relation, { scans: true });
      account.draft.merge(account.columnId(relation, body.column.text), { notNull: true });
      break;
    case 'DropColumnNotNullAlterTableBody':
      account.writes(relation);
      account.draft.merge(account.columnId(relation, body.column.text), { notNull: false });
      break;
    case 'AddConstraintAlterTableBody':
      account.change({ kind: 'add-constraint', relation, constraint: 'check', validated: true });
      account.writes(relation, { scans: true });
      break;
    case 'DropConstraintAlterTableBody':
      account.change({ kind: 'drop-constraint', relation, name: body.name.text });
      account.writes(relation);
      break;
  }
}

/** One page is written, whatever the table's size; only a CHECK reads the rows (since 3.40, measured). */
function addColumn(account: Account, relation: string, column: ColumnDefinition): void {
  const kinds = column.constraints.map(({ constraint }) => constraint.type);
  const has = (type: (typeof kinds)[number]) => kinds.includes(type);
  account.change({
    kind: 'add-column',
    relation,
    column: column.colName.text,
    notNull: has('NotNullColumnConstraint'),
    hasDefault: has('DefaultColumnConstraint') || has('GeneratedColumnConstraint'),
    definition: account.sql.slice(column.span.offset, column.span.offset + column.span.length),
  });
  account.writes(relation, { scans: has('CheckColumnConstraint') });
  recordColumn(account, relation, column);
}

function renameTable(account: Account, relation: string, to: string): void {
  const copied = account.table(relation)?.copiedFrom;
  account.change({ kind: 'rename-table', relation, to });
  account.writes(relation);
  account.draft.rename(`table:${relation}`, `table:${to}`);
  // The rebuilt table now is the old one, with its rows and its users.
  if (copied === `table:${to}`)
    account.draft.merge(`table:${to}`, { createdHere: undefined, copiedFrom: undefined, copies: undefined });
  for (const id of [...account.draft.ids()]) {
    if (account.draft.get(id)?.references === `table:${relation}`)
      account.draft.merge(id, { references: `table:${to}` });
  }
}
