import type { Node } from 'libpg-query';
import type { Schema } from '../../core/schema.ts';
import type { Prediction, RelationEffect } from '../../core/statement.ts';
import { Account } from './account.ts';
import { alterTable } from './alter-table.ts';
import { createFunction, createIndex, createTable, createTableAs, createView } from './create.ts';
import { insert, remove, select, update } from './dml.ts';
import { drop, truncate } from './drop.ts';
import { lockModeOf } from './locks.ts';
import { alterDomain, cluster, createDomain, refresh, reindex, setVariable, transaction, vacuum } from './maintain.ts';
import { relationNamed, relationOf, stringsOf } from './nodes.ts';
import { parseSql } from './parser.ts';
import { rename, setSchema } from './rename.ts';

/** What one statement does, as far as its text and the schema tell. Locks per form were measured on 11 to 18. */
export async function predict(
  statement: string,
  state: { readonly schema: Schema; readonly version: string; readonly heldLocks: readonly RelationEffect[] },
): Promise<Prediction> {
  const parsed = await parseSql(statement);
  if (!parsed.ok || parsed.statements.length > 1) {
    return {
      changes: [{ kind: 'opaque', why: 'it is not one statement that PostgreSQL can read' }],
      effects: [],
      schema: state.schema,
      parsed: false,
      refusesTransaction: false,
    };
  }
  const account = new Account(statement, state);
  const node = parsed.statements[0]?.stmt;
  if (node !== undefined) describe(account, node);
  return account.finish();
}

/** Statements that touch no table that exists, or none that matters here. */
const HARMLESS = new Set([
  ...[
    'CreateSchemaStmt',
    'CreateSeqStmt',
    'CreateEnumStmt',
    'CreateExtensionStmt',
    'CompositeTypeStmt',
    'CreateRangeStmt',
  ],
  ...['AlterEnumStmt', 'DefineStmt', 'CreateRoleStmt', 'AlterRoleStmt', 'GrantStmt', 'GrantRoleStmt', 'AlterOwnerStmt'],
  ...[
    'AlterDefaultPrivilegesStmt',
    'CreateCastStmt',
    'CreateOpClassStmt',
    'CreateOpFamilyStmt',
    'CreateConversionStmt',
  ],
  ...[
    'AlterFunctionStmt',
    'AlterSeqStmt',
    'AlterRoleSetStmt',
    'AlterExtensionStmt',
    'CreateFdwStmt',
    'CreateForeignServerStmt',
  ],
  ...[
    'CreateUserMappingStmt',
    'AlterStatsStmt',
    'CreateEventTrigStmt',
    'AlterEventTrigStmt',
    'SecLabelStmt',
    'NotifyStmt',
    'ListenStmt',
  ],
  ...[
    'UnlistenStmt',
    'VariableShowStmt',
    'ExplainStmt',
    'DiscardStmt',
    'ConstraintsSetStmt',
    'CheckPointStmt',
    'PrepareStmt',
  ],
  ...[
    'DeallocateStmt',
    'DeclareCursorStmt',
    'FetchStmt',
    'ClosePortalStmt',
    'AlterObjectDependsStmt',
    'CreateTransformStmt',
  ],
  ...[
    'CreatePublicationStmt',
    'AlterPublicationStmt',
    'CreateSubscriptionStmt',
    'AlterSubscriptionStmt',
    'CreateAmStmt',
  ],
  ...[
    'CreatePLangStmt',
    'AlterCollationStmt',
    'AlterTypeStmt',
    'AlterOperatorStmt',
    'AlterOpFamilyStmt',
    'AlterTSDictionaryStmt',
  ],
  ...[
    'AlterTSConfigurationStmt',
    'AlterFdwStmt',
    'AlterForeignServerStmt',
    'AlterUserMappingStmt',
    'AlterDatabaseSetStmt',
  ],
]);

/** One line per statement: its node's kind, and who describes it. */
function describe(account: Account, node: Node): void {
  if ('AlterTableStmt' in node) alterTable(account, node.AlterTableStmt);
  else if ('CreateStmt' in node) createTable(account, node.CreateStmt);
  else if ('CreateTableAsStmt' in node) createTableAs(account, node.CreateTableAsStmt);
  else if ('ViewStmt' in node) createView(account, node.ViewStmt);
  else if ('IndexStmt' in node) createIndex(account, node.IndexStmt);
  else if ('CreateFunctionStmt' in node) createFunction(account, node.CreateFunctionStmt);
  else if ('CreateDomainStmt' in node) createDomain(account, node.CreateDomainStmt);
  else if ('AlterDomainStmt' in node) alterDomain(account, node.AlterDomainStmt);
  else if ('DropStmt' in node) drop(account, node.DropStmt);
  else if ('TruncateStmt' in node) truncate(account, node.TruncateStmt);
  else if ('RenameStmt' in node) rename(account, node.RenameStmt);
  else if ('AlterObjectSchemaStmt' in node) setSchema(account, node.AlterObjectSchemaStmt);
  else if ('SelectStmt' in node) select(account, node.SelectStmt);
  else if ('InsertStmt' in node) insert(account, node.InsertStmt);
  else if ('UpdateStmt' in node) update(account, node.UpdateStmt);
  else if ('DeleteStmt' in node) remove(account, node.DeleteStmt);
  else if ('VacuumStmt' in node) vacuum(account, node.VacuumStmt);
  else if ('ClusterStmt' in node) cluster(account, node.ClusterStmt);
  else if ('ReindexStmt' in node) reindex(account, node.ReindexStmt);
  else if ('RefreshMatViewStmt' in node) refresh(account, node.RefreshMatViewStmt);
  else if ('TransactionStmt' in node) transaction(account, node.TransactionStmt);
  else if ('VariableSetStmt' in node) setVariable(account, node.VariableSetStmt);
  else describeRest(account, node);
}

function describeRest(account: Account, node: Node): void {
  if ('DoStmt' in node) account.opaque('a DO block runs code that is not seen');
  else if ('CallStmt' in node)
    account.opaque(`it calls the procedure ${stringsOf(node.CallStmt.funccall?.funcname).join('.')}`);
  else if ('ExecuteStmt' in node) account.opaque('it executes a prepared statement');
  else if ('LockStmt' in node) {
    for (const one of node.LockStmt.relations ?? []) {
      if ('RangeVar' in one) account.lock(relationOf(account, one.RangeVar), lockModeOf(node.LockStmt.mode ?? 8));
    }
  } else if ('CreateTrigStmt' in node)
    account.lock(relationOf(account, node.CreateTrigStmt.relation), 'ShareRowExclusiveLock');
  else if ('RuleStmt' in node) account.lock(relationOf(account, node.RuleStmt.relation), 'AccessExclusiveLock');
  else if ('CreatePolicyStmt' in node)
    account.lock(relationOf(account, node.CreatePolicyStmt.table), 'AccessExclusiveLock');
  else if ('AlterPolicyStmt' in node)
    account.lock(relationOf(account, node.AlterPolicyStmt.table), 'AccessExclusiveLock');
  else if ('CommentStmt' in node) comment(account, node.CommentStmt.objtype ?? '', node.CommentStmt.object);
  else if ('CreateStatsStmt' in node) {
    for (const one of node.CreateStatsStmt.relations ?? []) {
      if ('RangeVar' in one) account.lock(relationOf(account, one.RangeVar), 'ShareUpdateExclusiveLock');
    }
  } else if ('MergeStmt' in node) {
    const relation = relationOf(account, node.MergeStmt.relation);
    account.change({ kind: 'update', relation, filtered: true });
    account.lock(relation, 'RowExclusiveLock', { scans: true });
  } else if ('CopyStmt' in node) copy(account, node);
  else if (
    'CreatedbStmt' in node ||
    'DropdbStmt' in node ||
    'CreateTableSpaceStmt' in node ||
    'DropTableSpaceStmt' in node
  ) {
    account.refusesTransaction = true;
    leaves(account, 'it makes or drops what other databases of the server share');
  } else if (!HARMLESS.has(Object.keys(node)[0] ?? '')) account.opaque('its kind is not known to lockkeeper');
}

function comment(account: Account, type: string, object: Node | undefined): void {
  const parts = object && 'List' in object ? stringsOf(object.List.items) : [];
  if (type === 'OBJECT_TABLE') account.lock(relationNamed(account, parts), 'ShareUpdateExclusiveLock');
  if (type === 'OBJECT_COLUMN') account.lock(relationNamed(account, parts.slice(0, -1)), 'ShareUpdateExclusiveLock');
}

/** Nothing is known of what follows from it, and no rehearsal can contain it. */
function leaves(account: Account, why: string): void {
  account.opaque(why);
  account.change({ kind: 'leaves-database', why });
}

function copy(account: Account, node: Extract<Node, { CopyStmt: unknown }>): void {
  const statement = node.CopyStmt;
  if (statement.is_program) leaves(account, 'COPY … PROGRAM runs a program on the server');
  // Without a file name the data goes to or comes from whoever is connected.
  else if (statement.filename !== undefined) leaves(account, 'COPY reads or writes a file on the server');
  if (statement.relation === undefined) return;
  const relation = relationOf(account, statement.relation);
  if (statement.is_from) account.change({ kind: 'insert', relation });
  account.lock(relation, statement.is_from ? 'RowExclusiveLock' : 'AccessShareLock');
}
