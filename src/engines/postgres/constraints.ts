import type { Constraint } from 'libpg-query';
import { childId, parseObjectId } from '../../core/object-id.ts';
import type { Change } from '../../core/statement.ts';
import type { Account } from './account.ts';
import { clauseAt, columnsIn, relationOf, stringsOf } from './nodes.ts';

type Kind = Extract<Change, { kind: 'add-constraint' }>['constraint'];
const KINDS: Readonly<Record<string, Kind>> = {
  CONSTR_PRIMARY: 'primary-key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_FOREIGN: 'foreign-key',
  CONSTR_CHECK: 'check',
  CONSTR_EXCLUSION: 'exclusion',
};
export const CONSTRAINT_KINDS: readonly Kind[] = Object.values(KINDS);

export interface ConstraintTarget {
  readonly relation: string;
  /** The columns are new and, in existing rows, all NULL or one constant. */
  readonly onNewColumn?: 'empty' | 'filled';
}

/** Locks, changes and schema of one new constraint, whichever clause it came in. */
export function addConstraint(account: Account, target: ConstraintTarget, constraint: Constraint): void {
  const kind = KINDS[constraint.contype ?? ''];
  if (kind === undefined) return;
  const { relation } = target;
  const usesIndex = constraint.indexname !== undefined;
  const columns = columnsOf(account, relation, kind, constraint);
  const referenced = constraint.pktable && relationOf(account, constraint.pktable);
  const validated = !(constraint.skip_validation ?? false) && constraint.is_enforced !== false;
  const definition = definitionOf(account.sql, constraint);
  const name = constraint.conname;
  account.change({
    kind: 'add-constraint',
    relation,
    constraint: kind,
    validated,
    columns,
    definition,
    usesIndex,
    ...(name !== undefined && { name }),
    ...(referenced !== undefined && { references: referenced }),
  });
  lockFor(account, target, { kind, validated, usesIndex, columns, referenced });
  account.draft.set(childId(`table:${relation}`, kind, name ?? usualName(relation, kind, columns)), {
    definition,
    columns,
    ...(referenced !== undefined && { references: `table:${referenced}` }),
    ...(!validated && { notValid: true }),
  });
  if (kind === 'primary-key') for (const column of columns) markNotNull(account, relation, column);
}

export function markNotNull(account: Account, relation: string, column: string): void {
  account.draft.merge(childId(`table:${relation}`, 'column', column), { notNull: true });
}

function lockFor(
  account: Account,
  target: ConstraintTarget,
  one: {
    kind: Kind;
    validated: boolean;
    usesIndex: boolean;
    columns: readonly string[];
    referenced: string | undefined;
  },
): void {
  const { relation, onNewColumn } = target;
  const isNew = account.isCreatedHere(relation);
  if (one.kind === 'foreign-key') {
    const scans = one.validated && onNewColumn !== 'empty';
    account.lockTree(relation, 'ShareRowExclusiveLock', { scans });
    // A table made here has no rows to look up yet.
    if (one.referenced !== undefined) account.lock(one.referenced, 'ShareRowExclusiveLock', { scans: scans && !isNew });
    return;
  }
  if (one.kind === 'check') {
    account.lockTree(relation, 'AccessExclusiveLock', { scans: one.validated });
    return;
  }
  // A key over an index that exists reads rows only to see that a nullable column holds no NULL.
  const mayHoldNull =
    one.kind === 'primary-key' && one.columns.some((column) => account.column(relation, column)?.notNull !== true);
  account.lockTree(relation, 'AccessExclusiveLock', { scans: !one.usesIndex || mayHoldNull });
}

const SUFFIX: Readonly<Record<Kind, string>> = {
  'primary-key': 'pkey',
  unique: 'key',
  'foreign-key': 'fkey',
  check: 'check',
  exclusion: 'excl',
};

/** The name PostgreSQL gives a constraint that has none (ChooseConstraintName), collisions aside. */
function usualName(relation: string, kind: Kind, columns: readonly string[]): string {
  const table = parseObjectId(`table:${relation}`).name.at(-1) ?? relation;
  // A check over several columns is named after its table alone.
  const named = kind === 'primary-key' || (kind === 'check' && columns.length > 1) ? [] : columns;
  return [table, ...named, SUFFIX[kind]].join('_');
}

function columnsOf(account: Account, relation: string, kind: Kind, constraint: Constraint): string[] {
  if (kind === 'foreign-key') return stringsOf(constraint.fk_attrs);
  if (kind === 'check') return [...new Set(columnsIn(constraint.raw_expr))];
  if (constraint.indexname === undefined) return stringsOf(constraint.keys);
  const index = account.draft.get(childId(`table:${relation}`, 'index', constraint.indexname));
  return Array.isArray(index?.columns) ? index.columns.map(String) : [];
}

/** The constraint as written, without its name and NOT VALID. */
function definitionOf(sql: string, constraint: Constraint): string {
  return clauseAt(sql, constraint.location)
    .replace(/^CONSTRAINT\s+(?:"(?:[^"]|"")+"|\S+)\s+/i, '')
    .replace(/\s+NOT\s+VALID\s*$/i, '');
}
