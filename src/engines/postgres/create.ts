import type { CreateFunctionStmt, CreateStmt, CreateTableAsStmt, IndexStmt, ViewStmt } from 'libpg-query';
import { childId, formatObjectId } from '../../core/object-id.ts';
import type { Account } from './account.ts';
import { columnFacts, recordColumn, recordColumnConstraints } from './columns.ts';
import { addConstraint } from './constraints.ts';
import { readsOf } from './dml.ts';
import { columnsIn, relationOf, stringsOf } from './nodes.ts';
import { lockDefaultPartition } from './partitions.ts';
import { typeText } from './types.ts';

/** CREATE TABLE, its partitions and inline foreign keys included. */
export function createTable(account: Account, statement: CreateStmt): void {
  const relation = relationOf(account, statement.relation);
  const id = `table:${relation}`;
  if (statement.if_not_exists && account.draft.get(id)) return;
  account.change({ kind: 'create-table', relation });
  const parents = (statement.inhRelations ?? []).flatMap((node) =>
    'RangeVar' in node ? [relationOf(account, node.RangeVar)] : [],
  );
  const parent = statement.partbound ? parents[0] : undefined;
  account.draft.set(id, {
    createdHere: true,
    ...(statement.partspec && { partitionBy: 'set' }),
    ...(parent && { partitionOf: `table:${parent}`, bound: statement.partbound?.is_default ? 'DEFAULT' : 'set' }),
    ...(statement.relation?.relpersistence === 'u' && { persistence: 'unlogged' }),
  });
  for (const one of parents) account.lock(one, parent ? 'AccessExclusiveLock' : 'ShareUpdateExclusiveLock');
  if (parent !== undefined) lockDefaultPartition(account, parent);
  for (const one of parents) copyColumns(account, one, relation);
  for (const node of statement.tableElts ?? []) {
    if ('ColumnDef' in node) {
      const facts = columnFacts(account, node.ColumnDef);
      recordColumn(account, relation, facts);
      recordColumnConstraints(account, { relation, onNewColumn: 'empty' }, facts);
    } else if ('Constraint' in node) addConstraint(account, { relation, onNewColumn: 'empty' }, node.Constraint);
    else if ('TableLikeClause' in node) {
      const source = relationOf(account, node.TableLikeClause.relation);
      account.lock(source, 'AccessShareLock');
      copyColumns(account, source, relation);
    }
  }
}

function copyColumns(account: Account, from: string, to: string): void {
  for (const [id, column] of account.draft.children(`table:${from}`, 'column')) {
    account.draft.set(`table:${to}${id.slice(`table:${from}`.length)}`, column);
  }
}

/** CREATE TABLE AS and CREATE MATERIALIZED VIEW read their sources and block nobody. */
export function createTableAs(account: Account, statement: CreateTableAsStmt): void {
  const relation = relationOf(account, statement.into?.rel);
  const kind = statement.objtype === 'OBJECT_MATVIEW' ? 'materialized-view' : 'table';
  account.change({ kind: 'create-table', relation });
  readsOf(account, statement.query, { scans: true });
  account.draft.set(`${kind}:${relation}`, { createdHere: true });
}

/** CREATE [OR REPLACE] VIEW. */
export function createView(account: Account, statement: ViewStmt): void {
  const relation = relationOf(account, statement.view);
  readsOf(account, statement.query, { scans: false });
  if (account.draft.get(`view:${relation}`)) account.lock(relation, 'AccessExclusiveLock');
  else account.draft.set(`view:${relation}`, { createdHere: true });
}

/** CREATE INDEX [CONCURRENTLY]. */
export function createIndex(account: Account, statement: IndexStmt): void {
  const relation = relationOf(account, statement.relation);
  const concurrently = statement.concurrent ?? false;
  const columns = (statement.indexParams ?? []).flatMap((node) =>
    'IndexElem' in node ? [node.IndexElem.name ?? '('] : [],
  );
  const index = statement.idxname ?? `${statement.relation?.relname}_${columns.join('_')}_idx`;
  const id = childId(account.idOf(relation), 'index', index);
  const mode = concurrently ? 'ShareUpdateExclusiveLock' : 'ShareLock';
  if (concurrently) account.refusesTransaction = true;
  const heldUntil = concurrently ? 'statement' : 'transaction';
  if (statement.if_not_exists && account.draft.get(id)) {
    account.lock(relation, mode, { heldUntil });
    return;
  }
  account.change({ kind: 'create-index', relation, index, unique: statement.unique ?? false, concurrently });
  const onlyParent = statement.relation?.inh !== true && account.table(relation)?.partitionBy !== undefined;
  const isParent = account.partitionsOf(relation).length > 0;
  if (onlyParent) account.lock(relation, mode, { heldUntil });
  else account.lockTree(relation, mode, { scans: true, heldUntil });
  account.draft.set(id, {
    columns,
    method: statement.accessMethod,
    ...(statement.unique && { unique: true }),
    ...(statement.whereClause && { predicate: columnsIn(statement.whereClause).join(' ') }),
    ...(isParent && { partitioned: true }),
  });
}

/** CREATE FUNCTION runs nothing; its volatility tells what calling it can do. */
export function createFunction(account: Account, statement: CreateFunctionStmt): void {
  const parts = stringsOf(statement.funcname);
  let volatility = 'volatile';
  for (const node of statement.options ?? []) {
    if (!('DefElem' in node) || node.DefElem.defname !== 'volatility') continue;
    const { arg } = node.DefElem;
    if (arg && 'String' in arg) volatility = arg.String.sval ?? volatility;
  }
  const signature = (statement.parameters ?? [])
    .flatMap((node) =>
      'FunctionParameter' in node && node.FunctionParameter.mode !== 'FUNC_PARAM_TABLE' ? [node.FunctionParameter] : [],
    )
    .map((parameter) => typeText(parameter.argType))
    .join(', ');
  const name = [parts.length > 1 ? (parts.at(-2) ?? '') : 'public', parts.at(-1) ?? ''];
  account.draft.set(formatObjectId({ kind: 'function', name, signature }), { volatility, createdHere: true });
}
