import type { DeleteStmt, InsertStmt, Node, RangeVar, SelectStmt, UpdateStmt } from 'libpg-query';
import type { Account } from './account.ts';
import { unseenFunctions } from './expressions.ts';
import { columnsIn, relationOf, visitNodes } from './nodes.ts';

/** SELECT, on its own. */
export function select(account: Account, statement: SelectStmt): void {
  readsOf(account, { SelectStmt: statement }, { scans: statement.whereClause === undefined });
  writesWithin(account, statement);
  calls(account, statement);
  if (statement.intoClause?.rel)
    account.change({ kind: 'create-table', relation: relationOf(account, statement.intoClause.rel) });
  account.change({ kind: 'read' });
}

/** INSERT, with what it reads. */
export function insert(account: Account, statement: InsertStmt): void {
  const relation = relationOf(account, statement.relation);
  account.change({ kind: 'insert', relation });
  account.lock(relation, 'RowExclusiveLock');
  readsOf(account, statement.selectStmt, { scans: true });
  writesWithin(account, statement);
  calls(account, statement);
}

/** UPDATE. */
export function update(account: Account, statement: UpdateStmt): void {
  const relation = relationOf(account, statement.relation);
  const filtered = isFiltered(statement.whereClause);
  const columns = (statement.targetList ?? []).flatMap((node) =>
    'ResTarget' in node ? [node.ResTarget.name ?? ''] : [],
  );
  account.change({ kind: 'update', relation, filtered, columns });
  account.lockTree(relation, 'RowExclusiveLock', {
    scans: !filtered || !findsRows(account, relation, statement.whereClause),
  });
  writesWithin(account, statement);
  calls(account, statement);
}

/** DELETE. */
export function remove(account: Account, statement: DeleteStmt): void {
  const relation = relationOf(account, statement.relation);
  const filtered = isFiltered(statement.whereClause);
  account.change({ kind: 'delete', relation, filtered });
  account.lockTree(relation, 'RowExclusiveLock', {
    scans: !filtered || !findsRows(account, relation, statement.whereClause),
    ...(!filtered && { loses: 'every row' }),
  });
  writesWithin(account, statement);
  calls(account, statement);
}

/** Notes the relations that a query reads. */
export function readsOf(account: Account, query: unknown, use: { readonly scans: boolean }): void {
  const own = new Set<string>();
  visitNodes(query, (kind, node) => {
    if (kind === 'CommonTableExpr') own.add(String(node.ctename));
  });
  const locking = new Set<string>();
  visitNodes(query, (kind) => {
    if (kind === 'LockingClause') locking.add(kind);
  });
  visitNodes(query, (kind, node) => {
    if (kind !== 'RangeVar') return;
    const variable = node as RangeVar;
    if (variable.schemaname === undefined && own.has(variable.relname ?? '')) return;
    account.lock(relationOf(account, variable), locking.size > 0 ? 'RowShareLock' : 'AccessShareLock', use);
  });
}

/** WITH clauses may write: WITH gone AS (DELETE …) SELECT …. */
function writesWithin(account: Account, statement: object): void {
  const clause = (statement as { withClause?: { ctes?: Node[] } }).withClause;
  for (const node of clause?.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const query = node.CommonTableExpr.ctequery;
    if (query === undefined) continue;
    if ('DeleteStmt' in query) remove(account, query.DeleteStmt);
    else if ('UpdateStmt' in query) update(account, query.UpdateStmt);
    else if ('InsertStmt' in query) insert(account, query.InsertStmt);
  }
}

function calls(account: Account, statement: object): void {
  const functions = unseenFunctions(account, statement);
  if (functions.length > 0) account.opaque(`it calls ${functions.join(', ')}, and what that does is not seen`);
}

/** WHERE true and WHERE 1 = 1 leave nothing out. */
function isFiltered(where: Node | undefined): boolean {
  if (where === undefined) return false;
  return columnsIn(where).length > 0 || JSON.stringify(where).includes('SubLink') || 'CurrentOfExpr' in where;
}

/** True where an index can find the rows, or where nothing is known of the table's indexes. */
function findsRows(account: Account, relation: string, where: Node | undefined): boolean {
  const id = `table:${relation}`;
  if (account.draft.get(id) === undefined) return true;
  const used = new Set(columnsIn(where));
  const leading = ['index', 'primary-key', 'unique'].flatMap((kind) =>
    account.draft
      .children(id, kind)
      .flatMap(([, object]) => (Array.isArray(object.columns) ? [String(object.columns[0])] : [])),
  );
  return leading.some((column) => used.has(column));
}
