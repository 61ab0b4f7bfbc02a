import type { AlterTableCmd, Node } from 'libpg-query';
import { childId } from '../../core/object-id.ts';
import type { Account } from './account.ts';
import { domainOf, isConstrainedDomain } from './columns.ts';
import { columnsIn, stringsOf } from './nodes.ts';
import { isKnownType, judgeTypeChange, type TypeChange, typeText } from './types.ts';

/** ALTER COLUMN … TYPE. */
export function alterColumnType(account: Account, relation: string, command: AlterTableCmd): void {
  if (!command.def || !('ColumnDef' in command.def)) return;
  const definition = command.def.ColumnDef;
  const column = command.name ?? '';
  const to = typeText(definition.typeName);
  const id = childId(`table:${relation}`, 'column', column);
  const from = account.draft.get(id)?.type;
  const change = judge(account, typeof from === 'string' ? from : undefined, to);
  const converts = definition.raw_default !== undefined && !isTheColumnItself(definition.raw_default, column);
  const rewrites = change.rewrites || converts;
  // An index whose collation changes is sorted anew; a CHECK over the column is checked again.
  const collates =
    definition.collClause !== undefined && uses(account, relation, ['index', 'unique', 'primary-key'], column);
  const scans =
    collates ||
    uses(account, relation, ['check'], column) ||
    (to === 'citext' && uses(account, relation, ['index', 'unique'], column));
  account.change({
    kind: 'change-type',
    relation,
    column,
    to,
    breaks: change.breaks,
    ...(typeof from === 'string' && { from }),
  });
  account.lockTree(relation, 'AccessExclusiveLock', {
    rewrites,
    scans,
    ...(change.loses && { loses: `the part of ${column} that ${to} cannot hold` }),
  });
  lockPartners(account, relation, column, rewrites);
  account.draft.merge(id, { type: to });
}

function judge(account: Account, from: string | undefined, to: string): TypeChange {
  // Without the old type the common case is a rewrite; silence would be a promise.
  if (from === undefined) return { rewrites: true, breaks: true, loses: false };
  if (isConstrainedDomain(account, to)) return { rewrites: true, breaks: true, loses: false };
  const base = domainOf(account, to)?.base;
  const change = judgeTypeChange(from, typeof base === 'string' ? base : to, isUtc(account));
  const becomesUnknown = typeof base !== 'string' && !isKnownType(to);
  return becomesUnknown ? { rewrites: true, breaks: true, loses: false } : change;
}

/** timestamp and timestamptz are the same bytes under UTC, which PostgreSQL uses since 12. */
function isUtc(account: Account): boolean {
  const zone = account.draft.get('setting:timezone')?.value;
  return account.major >= 12 && typeof zone === 'string' && /^(?:utc|etc\/utc|gmt)$/i.test(zone);
}

/** USING col and USING col::type convert nothing beyond what the new type does by itself. */
function isTheColumnItself(expression: Node, column: string): boolean {
  const inner = 'TypeCast' in expression ? expression.TypeCast.arg : expression;
  return inner !== undefined && 'ColumnRef' in inner && stringsOf(inner.ColumnRef.fields).at(-1) === column;
}

function uses(account: Account, relation: string, kinds: readonly string[], column: string): boolean {
  return kinds.some((kind) =>
    account.draft
      .children(`table:${relation}`, kind)
      .some(([, object]) => Array.isArray(object.columns) && object.columns.includes(column)),
  );
}

/** A foreign key's other table is locked too, and read again where the stored values change. */
function lockPartners(account: Account, relation: string, column: string, rewrites: boolean): void {
  const id = `table:${relation}`;
  for (const other of account.draft.ids()) {
    const match = /^(table:.+)\/foreign-key:/.exec(other);
    const key = account.draft.get(other);
    if (match === null || key === undefined || !Array.isArray(key.columns)) continue;
    const own = match[1] === id && key.columns.includes(column) ? String(key.references) : undefined;
    const referencing =
      key.references === id && referencedColumns(account, key).includes(column) ? match[1] : undefined;
    const partner = own ?? referencing;
    if (partner !== undefined && partner !== id) {
      account.lock(partner.slice('table:'.length), 'AccessExclusiveLock', {
        scans: rewrites && referencing !== undefined,
      });
    }
  }
}

function referencedColumns(account: Account, key: Readonly<Record<string, unknown>>): string[] {
  if (Array.isArray(key.referencedColumns)) return key.referencedColumns.map(String);
  const primary = account.draft.children(String(key.references), 'primary-key')[0]?.[1];
  return Array.isArray(primary?.columns) ? primary.columns.map(String) : columnsIn(undefined);
}
