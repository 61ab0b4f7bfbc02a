import type { DropTableStmt, InsertStmt, SelectFrom } from 'sqlite3-parser';
import { parseObjectId } from '../../core/object-id.ts';
import type { Account } from './account.ts';

/**
 * SQLite changes most things by a rebuild (lang_altertable.html, section 7): create a new table, copy the rows, drop the old one, take
 * its name. These two notice the copy and judge the drop by it.
 */

/** Notes that a new table holds every row of another, and which columns of them. */
export function noteCopy(account: Account, into: string, statement: InsertStmt): void {
  if (account.table(into)?.createdHere !== true || statement.body.type !== 'SelectInsertBody') return;
  const { select } = statement.body;
  const isWhole = select.with === undefined && select.compounds === undefined && select.limit === undefined;
  if (!isWhole || select.select.type !== 'SelectFrom') return;
  const from = wholeSource(account, select.select);
  if (from === undefined) return;
  account.draft.merge(`table:${into}`, {
    copiedFrom: `table:${from}`,
    copies: columnsOf(account, from, select.select),
  });
}

/** DROP TABLE, which is the third step of a rebuild where a new table has all the rows. */
export function dropTable(account: Account, statement: DropTableStmt): void {
  const relation = account.relation(statement.tblName);
  const id = `table:${relation}`;
  const copy = [...account.draft.ids()].map((one) => account.draft.get(one)).find((one) => one?.copiedFrom === id);
  const columns = account.draft.children(id, 'column').map(([one]) => parseObjectId(one).child?.name ?? '');
  const copied = new Set(Array.isArray(copy?.copies) ? copy.copies.map((one) => String(one).toLowerCase()) : []);
  const lost =
    copy === undefined || columns.length === 0 ? undefined : columns.filter((one) => !copied.has(one.toLowerCase()));
  const children = cascades(account, id);
  const loses = [
    ...(lost === undefined ? [`table ${relation}`] : lost.map((column) => `column ${column}`)),
    ...children.map((child) => `rows of ${child} that refer to it (ON DELETE CASCADE)`),
  ];
  if (lost === undefined) account.change({ kind: 'drop-table', relation, cascade: false });
  else {
    account.change({ kind: 'rewrite-table', relation, by: 'The rebuild' });
    for (const column of lost) account.change({ kind: 'drop-column', relation, column });
  }
  for (const child of children) {
    account.change({ kind: 'cascade-delete', relation: child, from: relation });
    account.writes(child, { loses: `rows that refer to ${relation}` });
  }
  account.writes(relation, { rewrites: lost !== undefined, ...(loses.length > 0 && { loses: loses.join(', ') }) });
  account.draft.remove(id);
}

/** Tables whose rows DROP TABLE deletes with it: it is an implicit DELETE while foreign keys are enforced. */
function cascades(account: Account, id: string): string[] {
  if (account.draft.get(id)?.createdHere === true || account.draft.get('setting:foreign_keys')?.value === 'off')
    return [];
  const children = new Set<string>();
  for (const other of account.draft.ids()) {
    const key = account.draft.get(other);
    if (key?.references === id && key.onDelete === 'cascade')
      children.add(other.slice('table:'.length, other.indexOf('/')));
  }
  children.delete(id.slice('table:'.length));
  return [...children];
}

/** The one table that a SELECT takes every row of. */
function wholeSource(account: Account, select: SelectFrom): string | undefined {
  if (select.whereClause || select.groupBy || select.having || select.distinctness || !select.from) return undefined;
  if (select.from.joins !== undefined && select.from.joins.length > 0) return undefined;
  const table = select.from.select;
  return table?.type === 'TableSelectTable' ? account.relation(table.tblName) : undefined;
}

function columnsOf(account: Account, from: string, select: SelectFrom): string[] {
  const all = () =>
    account.draft.children(`table:${from}`, 'column').map(([id]) => parseObjectId(id).child?.name ?? '');
  const columns: string[] = [];
  for (const column of select.columns) {
    if (column.type !== 'ExprResultColumn') columns.push(...all());
    // A column inside an expression is carried over in some form: coalesce(a, 0), CAST(a AS TEXT).
    else columns.push(...namesIn(column.expr));
  }
  return columns;
}

function namesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) return expression.flatMap(namesIn);
  if (expression === null || typeof expression !== 'object') return [];
  const node = expression as {
    readonly type?: string;
    readonly name?: unknown;
    readonly column?: { readonly text?: string };
  };
  if (node.type === 'Id' && typeof node.name === 'string') return [node.name];
  if (node.type === 'QualifiedExpr' && node.column?.text !== undefined) return [node.column.text];
  return Object.values(expression).flatMap(namesIn);
}
