import type { AlterTableCmd, AlterTableStmt } from 'libpg-query';
import { childId } from '../../core/object-id.ts';
import type { Account } from './account.ts';
import { alterColumnType } from './alter-type.ts';
import { columnFacts, recordColumn, recordColumnConstraints } from './columns.ts';
import { addConstraint, CONSTRAINT_KINDS, markNotNull } from './constraints.ts';
import { columnsProvenNotNull } from './expressions.ts';
import { clauseAt, relationOf } from './nodes.ts';
import { attachPartition, detachPartition } from './partitions.ts';

type Handler = (account: Account, relation: string, command: AlterTableCmd) => void;

/** ALTER TABLE, and what shares its grammar. */
export function alterTable(account: Account, statement: AlterTableStmt): void {
  const relation = relationOf(account, statement.relation);
  for (const node of statement.cmds ?? []) {
    if (!('AlterTableCmd' in node)) continue;
    const command = node.AlterTableCmd;
    if (statement.objtype === 'OBJECT_INDEX') alterIndex(account, command);
    else (HANDLERS[command.subtype ?? ''] ?? exclusive)(account, relation, command);
  }
}

/** What is not known to take less takes ACCESS EXCLUSIVE, as PostgreSQL's AlterTableGetLockLevel does. */
const exclusive: Handler = (account, relation) => account.lock(relation, 'AccessExclusiveLock');
const shareUpdate: Handler = (account, relation) => account.lock(relation, 'ShareUpdateExclusiveLock');
const shareRow: Handler = (account, relation) => account.lock(relation, 'ShareRowExclusiveLock');

function rewriting(by: string): Handler {
  return (account, relation) => {
    account.change({ kind: 'rewrite-table', relation, by });
    account.lock(relation, 'AccessExclusiveLock', { rewrites: true });
  };
}

const setPersistence =
  (persistence: string | undefined, by: string): Handler =>
  (account, relation, command) => {
    if (account.table(relation) && account.table(relation)?.persistence === persistence)
      exclusive(account, relation, command);
    else rewriting(by)(account, relation, command);
    account.draft.merge(`table:${relation}`, { persistence });
  };

const addColumn: Handler = (account, relation, command) => {
  if (!command.def || !('ColumnDef' in command.def)) return;
  const definition = command.def.ColumnDef;
  const facts = columnFacts(account, definition);
  if (command.missing_ok && account.column(relation, facts.name)) return exclusive(account, relation, command);
  account.change({
    kind: 'add-column',
    relation,
    column: facts.name,
    notNull: facts.notNull,
    hasDefault: facts.hasDefault,
    definition: clauseAt(account.sql, definition.location),
  });
  account.lockTree(relation, 'AccessExclusiveLock', { rewrites: facts.fillsRows });
  recordColumn(account, relation, facts);
  recordColumnConstraints(account, { relation, onNewColumn: facts.hasDefault ? 'filled' : 'empty' }, facts);
};

const dropColumn: Handler = (account, relation, command) => {
  const column = command.name ?? '';
  account.change({ kind: 'drop-column', relation, column });
  account.lockTree(relation, 'AccessExclusiveLock', { loses: `column ${column}` });
  const id = `table:${relation}`;
  account.draft.remove(childId(id, 'column', column));
  // PostgreSQL takes indexes and constraints on the column with it.
  for (const kind of ['index', ...CONSTRAINT_KINDS]) {
    for (const [child, object] of account.draft.children(id, kind)) {
      if (Array.isArray(object.columns) && object.columns.includes(column)) account.draft.remove(child);
    }
  }
};

const setNotNull: Handler = (account, relation, command) => {
  const column = command.name ?? '';
  const already = account.column(relation, column)?.notNull === true;
  const scans = !already && !isProvenNotNull(account, relation, column);
  if (!already) account.change({ kind: 'set-not-null', relation, column });
  account.lockTree(relation, 'AccessExclusiveLock', { scans });
  markNotNull(account, relation, column);
};

/** From 12 on validated CHECKs spare the scan. */
function isProvenNotNull(account: Account, relation: string, column: string): boolean {
  if (account.major < 12) return false;
  return account.draft
    .children(`table:${relation}`, 'check')
    .some(
      ([, check]) => check.notValid !== true && columnsProvenNotNull(String(check.definition ?? '')).includes(column),
    );
}

const addTableConstraint: Handler = (account, relation, command) => {
  if (command.def && 'Constraint' in command.def) addConstraint(account, { relation }, command.def.Constraint);
};

const validateConstraint: Handler = (account, relation, command) => {
  const name = command.name ?? '';
  account.change({ kind: 'validate-constraint', relation, name });
  const found = CONSTRAINT_KINDS.map((kind) => childId(`table:${relation}`, kind, name)).find((id) =>
    account.draft.get(id),
  );
  const constraint = found === undefined ? undefined : account.draft.get(found);
  const scans = constraint === undefined || constraint.notValid === true;
  account.lock(relation, 'ShareUpdateExclusiveLock', { scans });
  if (typeof constraint?.references === 'string') {
    account.lock(constraint.references.slice('table:'.length), 'RowShareLock', { scans });
  }
  if (found !== undefined) account.draft.merge(found, { notValid: undefined });
};

const dropConstraint: Handler = (account, relation, command) => {
  const name = command.name ?? '';
  account.change({ kind: 'drop-constraint', relation, name });
  account.lock(relation, 'AccessExclusiveLock');
  for (const kind of CONSTRAINT_KINDS) {
    const id = childId(`table:${relation}`, kind, name);
    const references = account.draft.get(id)?.references;
    if (typeof references === 'string') account.lock(references.slice('table:'.length), 'AccessExclusiveLock');
    account.draft.remove(id);
  }
};

const dropIdentity: Handler = (account, relation, command) => {
  account.change({
    kind: 'break-object',
    object: `${relation}.${command.name}`,
    how: 'INSERT statements that leave this column out fail: nothing fills it any more',
  });
  account.lock(relation, 'AccessExclusiveLock');
};

const setExpression: Handler = (account, relation) => account.lock(relation, 'AccessExclusiveLock', { rewrites: true });

const setDefault: Handler = (account, relation, command) => {
  account.lockTree(relation, 'AccessExclusiveLock');
  account.draft.merge(childId(`table:${relation}`, 'column', command.name ?? ''), {
    default: command.def ? 'set' : undefined,
  });
};

const dropNotNull: Handler = (account, relation, command) => {
  account.lockTree(relation, 'AccessExclusiveLock');
  account.draft.merge(childId(`table:${relation}`, 'column', command.name ?? ''), { notNull: false });
};

const addInherit: Handler = (account, relation, command) => {
  account.lock(relation, 'AccessExclusiveLock');
  if (command.def && 'RangeVar' in command.def)
    account.lock(relationOf(account, command.def.RangeVar), 'ShareUpdateExclusiveLock');
};

function alterIndex(account: Account, command: AlterTableCmd): void {
  if (command.subtype === 'AT_SetTableSpace') account.opaque('the table of this index is not known here');
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  AT_AddColumn: addColumn,
  AT_DropColumn: dropColumn,
  AT_AlterColumnType: alterColumnType,
  AT_SetNotNull: setNotNull,
  AT_DropNotNull: dropNotNull,
  AT_ColumnDefault: setDefault,
  AT_AddConstraint: addTableConstraint,
  AT_ValidateConstraint: validateConstraint,
  AT_DropConstraint: dropConstraint,
  AT_DropIdentity: dropIdentity,
  AT_SetExpression: setExpression,
  AT_SetStatistics: shareUpdate,
  AT_SetOptions: shareUpdate,
  AT_ResetOptions: shareUpdate,
  AT_SetRelOptions: shareUpdate,
  AT_ResetRelOptions: shareUpdate,
  AT_ClusterOn: shareUpdate,
  AT_DropCluster: shareUpdate,
  AT_EnableTrig: shareRow,
  AT_EnableAlwaysTrig: shareRow,
  AT_EnableReplicaTrig: shareRow,
  AT_EnableTrigAll: shareRow,
  AT_EnableTrigUser: shareRow,
  AT_DisableTrig: shareRow,
  AT_DisableTrigAll: shareRow,
  AT_DisableTrigUser: shareRow,
  AT_SetLogged: setPersistence(undefined, 'SET LOGGED'),
  AT_SetUnLogged: setPersistence('unlogged', 'SET UNLOGGED'),
  AT_SetTableSpace: rewriting('SET TABLESPACE'),
  AT_SetAccessMethod: rewriting('SET ACCESS METHOD'),
  AT_AddInherit: addInherit,
  AT_AttachPartition: attachPartition,
  AT_DetachPartition: detachPartition,
};
