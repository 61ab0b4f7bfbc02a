import { type PragmaStmt, parseStmt, type Stmt } from 'sqlite3-parser';
import { childId } from '../../core/object-id.ts';
import type { Schema } from '../../core/schema.ts';
import type { Prediction, RelationEffect } from '../../core/statement.ts';
import { Account } from './account.ts';
import { dropTable } from './rebuild.ts';
import { insert, readsOf, remove, update } from './rows.ts';
import { alterTable, createTable } from './tables.ts';

/** What one statement does, as far as its text and the schema tell. */
export async function predict(
  statement: string,
  state: { readonly schema: Schema; readonly version: string; readonly heldLocks: readonly RelationEffect[] },
): Promise<Prediction> {
  const account = new Account(statement, state);
  // SQLite reads C strings: what follows a NUL would go unseen here.
  const parsed = statement.includes('\0') ? undefined : parseStmt(statement);
  if (parsed === undefined || parsed.status === 'error') {
    return {
      changes: [{ kind: 'opaque', why: 'it is not one statement that SQLite can read' }],
      effects: [],
      schema: state.schema,
      parsed: false,
      refusesTransaction: false,
    };
  }
  if (parsed.root !== undefined) describe(account, parsed.root);
  return account.finish();
}

/** One case per statement of SQLite's grammar. */
function describe(account: Account, statement: Stmt): void {
  switch (statement.type) {
    case 'CreateTableStmt':
      createTable(account, statement);
      break;
    case 'AlterTableStmt':
      alterTable(account, statement);
      break;
    case 'DropTableStmt':
      dropTable(account, statement);
      break;
    case 'InsertStmt':
      insert(account, statement);
      break;
    case 'UpdateStmt':
      update(account, statement);
      break;
    case 'DeleteStmt':
      remove(account, statement);
      break;
    case 'SelectStmt':
      account.change({ kind: 'read' });
      readsOf(account, statement);
      break;
    case 'PragmaStmt':
      pragma(account, statement);
      break;
    default:
      describeRest(account, statement);
  }
}

function describeRest(account: Account, statement: Stmt): void {
  switch (statement.type) {
    case 'BeginStmt':
      account.change({ kind: 'transaction-control', action: 'begin' });
      break;
    case 'CommitStmt':
      account.change({ kind: 'transaction-control', action: 'commit' });
      break;
    case 'RollbackStmt':
      account.change({ kind: 'transaction-control', action: statement.savepointName ? 'savepoint' : 'rollback' });
      break;
    case 'SavepointStmt':
    case 'ReleaseStmt':
      account.change({ kind: 'transaction-control', action: 'savepoint' });
      break;
    case 'CreateIndexStmt': {
      const relation = account.named(statement.tblName.text, statement.idxName.dbName?.text);
      const index = statement.idxName.objName.text;
      const id = childId(`table:${relation}`, 'index', index);
      if (statement.ifNotExists && account.draft.get(id)) break;
      account.change({ kind: 'create-index', relation, index, unique: statement.unique, concurrently: false });
      account.writes(relation, { scans: true });
      account.draft.set(id, { unique: statement.unique, createdHere: true });
      break;
    }
    case 'DropIndexStmt':
      dropIndex(account, statement.idxName.objName.text);
      break;
    case 'DropViewStmt': {
      const view = statement.viewName.objName.text;
      account.change({ kind: 'break-object', object: `view ${view}`, how: 'Whatever still uses it fails' });
      break;
    }
    case 'VacuumStmt':
      account.refusesTransaction = true;
      account.change({ kind: 'rewrite-table', relation: 'every table', by: 'VACUUM' });
      account.writes('every table', { rewrites: true });
      break;
    case 'AttachStmt':
    case 'DetachStmt':
      account.refusesTransaction = true;
      account.change({ kind: 'opaque', why: 'it reaches another database file' });
      break;
    case 'CreateVirtualTableStmt':
      account.change({ kind: 'create-table', relation: account.relation(statement.tblName) });
      account.draft.set(`table:${account.relation(statement.tblName)}`, { createdHere: true, virtual: true });
      break;
    default:
      // CREATE VIEW, triggers, ANALYZE, REINDEX, EXPLAIN: nothing that exists is lost or changes its meaning.
      break;
  }
}

function dropIndex(account: Account, index: string): void {
  const ending = childId('', 'index', index).toLowerCase();
  const id = [...account.draft.ids()].find((one) => one.toLowerCase().endsWith(ending));
  if (id === undefined) {
    account.change({ kind: 'drop-index', index, concurrently: false });
    return;
  }
  const relation = id.slice('table:'.length, id.indexOf('/'));
  const object = account.draft.get(id);
  account.writes(relation);
  account.draft.remove(id);
  if (object?.createdHere !== true)
    account.change({ kind: 'drop-index', index, concurrently: false, unique: object?.unique === true });
}

function pragma(account: Account, statement: PragmaStmt): void {
  const name = statement.name.objName.text.toLowerCase();
  const { body } = statement;
  if (body === undefined) {
    account.change({ kind: 'read' });
    return;
  }
  const written = account.sql.slice(body.value.span.offset, body.value.span.offset + body.value.span.length);
  const value = written.replace(/^['"]|['"]$/g, '').toLowerCase();
  account.change({ kind: 'pragma', name, value });
  // Inside a transaction SQLite ignores it; whoever carries the schema along knows whether there is one.
  if (name === 'foreign_keys') {
    account.draft.set('setting:foreign_keys', {
      value: /^(?:0|off|no|false)$/.test(value) ? 'off' : 'on',
      createdHere: true,
    });
  }
}
