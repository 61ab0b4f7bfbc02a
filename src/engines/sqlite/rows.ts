import { type AstNode, type DeleteStmt, type InsertStmt, traverse, type UpdateStmt } from 'sqlite3-parser';
import type { Account } from './account.ts';
import { noteCopy } from './rebuild.ts';

/** Functions that reach outside the database file. */
const REACHING = new Set(['load_extension', 'readfile', 'writefile', 'edit', 'fts3_tokenizer']);

/** Notes what a query reads, and functions that nobody can see through. */
export function readsOf(account: Account, query: AstNode): void {
  const own = new Set<string>();
  traverse(query, {
    nodes: {
      CommonTableExpr(node) {
        own.add(node.tblName.text.toLowerCase());
      },
    },
  });
  traverse(query, {
    nodes: {
      TableSelectTable(node) {
        const isOwn = node.tblName.dbName === undefined && own.has(node.tblName.objName.text.toLowerCase());
        if (!isOwn) account.reads(account.relation(node.tblName), { scans: true });
      },
    },
  });
  calls(account, query);
}

function calls(account: Account, statement: AstNode): void {
  traverse(statement, {
    nodes: {
      FunctionCallExpr(node) {
        const name = node.name.name.toLowerCase();
        if (REACHING.has(name))
          account.change({ kind: 'opaque', why: `it calls ${name}, which reaches outside the database` });
      },
    },
  });
}

export function insert(account: Account, statement: InsertStmt): void {
  const relation = account.relation(statement.tblName);
  account.change({ kind: 'insert', relation });
  // REPLACE deletes the rows that are in its way, and SQLite does not say which.
  account.writes(relation, statement.orConflict === 'Replace' ? { loses: 'rows with the same key' } : {});
  if (statement.body.type === 'SelectInsertBody') readsOf(account, statement.body.select);
  calls(account, statement);
  noteCopy(account, relation, statement);
}

export function update(account: Account, statement: UpdateStmt): void {
  const relation = account.relation(statement.tblName);
  const filtered = isFiltered(statement.whereClause) || statement.limit !== undefined;
  const columns = statement.sets.flatMap((set) => set.colNames.map((name) => name.text));
  account.change({ kind: 'update', relation, filtered, columns });
  account.writes(relation, { scans: !filtered });
  if (statement.from) readsOf(account, statement.from);
  calls(account, statement);
}

export function remove(account: Account, statement: DeleteStmt): void {
  const relation = account.relation(statement.tblName);
  const filtered = isFiltered(statement.whereClause) || statement.limit !== undefined;
  account.change({ kind: 'delete', relation, filtered });
  account.writes(relation, filtered ? {} : { scans: true, loses: 'every row' });
  calls(account, statement);
}

/** WHERE 1 leaves nothing out. */
function isFiltered(where: AstNode | undefined): boolean {
  return where !== undefined && /"type":"(?:Id|QualifiedExpr|Select)"/.test(JSON.stringify(where));
}
