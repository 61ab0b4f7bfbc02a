import type {
  AlterDomainStmt,
  ClusterStmt,
  CreateDomainStmt,
  Node,
  RefreshMatViewStmt,
  ReindexStmt,
  TransactionStmt,
  VacuumStmt,
  VariableSetStmt,
} from 'libpg-query';
import { formatObjectId } from '../../core/object-id.ts';
import type { Account } from './account.ts';
import { findIndex } from './drop.ts';
import { relationOf, stringsOf } from './nodes.ts';
import { typeText } from './types.ts';

/** VACUUM and ANALYZE. */
export function vacuum(account: Account, statement: VacuumStmt): void {
  const isVacuum = statement.is_vacuumcmd ?? false;
  if (isVacuum) account.refusesTransaction = true;
  const full = optionIsOn(statement.options, 'full');
  for (const node of statement.rels ?? []) {
    if (!('VacuumRelation' in node)) continue;
    const relation = relationOf(account, node.VacuumRelation.relation);
    if (full) account.change({ kind: 'rewrite-table', relation, by: 'VACUUM FULL' });
    const heldUntil = isVacuum ? 'statement' : 'transaction';
    account.lock(relation, full ? 'AccessExclusiveLock' : 'ShareUpdateExclusiveLock', { rewrites: full, heldUntil });
  }
  if (full && (statement.rels ?? []).length === 0) {
    account.change({ kind: 'rewrite-table', relation: 'every table', by: 'VACUUM FULL' });
    account.lock('every table', 'AccessExclusiveLock', { rewrites: true, heldUntil: 'statement' });
  }
}

/** CLUSTER. */
export function cluster(account: Account, statement: ClusterStmt): void {
  const relation = statement.relation ? relationOf(account, statement.relation) : 'every clustered table';
  if (!statement.relation) account.refusesTransaction = true;
  account.change({ kind: 'rewrite-table', relation, by: 'CLUSTER' });
  account.lock(relation, 'AccessExclusiveLock', { rewrites: true });
}

/** REINDEX [CONCURRENTLY]. */
export function reindex(account: Account, statement: ReindexStmt): void {
  const concurrently = optionIsOn(statement.params, 'concurrently');
  const wide = statement.relation === undefined;
  if (concurrently || wide) account.refusesTransaction = true;
  const name = statement.relation?.relname ?? '';
  const indexId = statement.kind === 'REINDEX_OBJECT_INDEX' ? findIndex(account, name) : undefined;
  const isIndex = statement.kind === 'REINDEX_OBJECT_INDEX';
  const relation = isIndex
    ? (indexId?.slice(indexId.indexOf(':') + 1, indexId.indexOf('/')) ?? `the table of ${name}`)
    : undefined;
  const target = relation ?? (wide ? 'every table' : relationOf(account, statement.relation));
  const mode = concurrently ? 'ShareUpdateExclusiveLock' : 'ShareLock';
  account.lockTree(target, mode, { scans: true, heldUntil: concurrently ? 'statement' : 'transaction' });
  if (!concurrently) account.change({ kind: 'rewrite-table', relation: target, by: 'REINDEX' });
}

/** REFRESH MATERIALIZED VIEW [CONCURRENTLY]. */
export function refresh(account: Account, statement: RefreshMatViewStmt): void {
  const relation = relationOf(account, statement.relation);
  if (statement.concurrent) {
    account.lock(relation, 'ExclusiveLock', { scans: true });
  } else {
    account.change({ kind: 'rewrite-table', relation, by: 'REFRESH MATERIALIZED VIEW' });
    account.lock(relation, 'AccessExclusiveLock', { rewrites: true });
  }
}

/** CREATE DOMAIN. */
export function createDomain(account: Account, statement: CreateDomainStmt): void {
  const kinds = (statement.constraints ?? []).flatMap((node) =>
    'Constraint' in node ? [node.Constraint.contype] : [],
  );
  const checks = kinds.filter((kind) => kind === 'CONSTR_CHECK').length;
  account.draft.set(domainId(stringsOf(statement.domainname)), {
    base: typeText(statement.typeName),
    ...(kinds.includes('CONSTR_NOTNULL') && { notNull: true }),
    ...(checks > 0 && { checks: { check: 'set' } }),
  });
}

/** ALTER DOMAIN: a validated constraint reads every table that has a column of the type. */
export function alterDomain(account: Account, statement: AlterDomainStmt): void {
  const parts = stringsOf(statement.typeName);
  const isAdd = statement.subtype === 'C';
  const later = statement.def && 'Constraint' in statement.def && statement.def.Constraint.skip_validation === true;
  const scans = (isAdd && !later) || statement.subtype === 'V' || statement.subtype === 'O';
  if (isAdd) account.draft.merge(domainId(parts), { checks: { check: 'set' } });
  if (!scans) return;
  const name = parts.at(-1) ?? '';
  for (const id of account.draft.ids()) {
    const match = /^table:(.+)\/column:/.exec(id);
    const type = account.draft.get(id)?.type;
    if (match?.[1] && typeof type === 'string' && (type === name || type.endsWith(`.${name}`))) {
      account.lock(match[1], 'ShareLock', { scans: true });
    }
  }
}

function domainId(parts: readonly string[]): string {
  return formatObjectId({
    kind: 'domain',
    name: [parts.length > 1 ? (parts.at(-2) ?? '') : 'public', parts.at(-1) ?? ''],
  });
}

/** BEGIN, COMMIT, ROLLBACK and savepoints. */
export function transaction(account: Account, statement: TransactionStmt): void {
  account.change({ kind: 'transaction-control', action: TRANSACTION_ACTIONS[statement.kind ?? ''] ?? 'savepoint' });
}

const TRANSACTION_ACTIONS: Readonly<Record<string, 'begin' | 'commit' | 'rollback'>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
};

/** SET: the time zone decides whether timestamp columns change type for free. */
export function setVariable(account: Account, statement: VariableSetStmt): void {
  if (statement.name?.toLowerCase() !== 'timezone') return;
  const [node] = statement.args ?? [];
  const value = node && 'A_Const' in node ? node.A_Const.sval?.sval : undefined;
  account.draft.set('setting:timezone', { value: value ?? 'unknown', createdHere: true });
}

function optionIsOn(options: readonly Node[] | undefined, name: string): boolean {
  for (const node of options ?? []) {
    if (!('DefElem' in node) || node.DefElem.defname?.toLowerCase() !== name) continue;
    const { arg } = node.DefElem;
    if (arg === undefined) return true;
    if ('String' in arg) return !/^(?:off|false|0)$/i.test(arg.String.sval ?? '');
    return !('Integer' in arg && (arg.Integer.ival ?? 0) === 0) && !('Boolean' in arg && arg.Boolean.boolval !== true);
  }
  return false;
}
