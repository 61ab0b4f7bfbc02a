import type { DropStmt, Node, ObjectWithArgs, TruncateStmt } from 'libpg-query';
import type { Account } from './account.ts';
import { relationNamed, relationOf, stringsOf } from './nodes.ts';

/** What code notices when an object of this kind is gone. */
const BREAKING: Readonly<Record<string, string>> = {
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FOREIGN_TABLE: 'foreign table',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
  OBJECT_AGGREGATE: 'aggregate',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_SCHEMA: 'schema',
  OBJECT_EXTENSION: 'extension',
};

/** DROP of anything. */
export function drop(account: Account, statement: DropStmt): void {
  const cascade = statement.behavior === 'DROP_CASCADE';
  for (const object of statement.objects ?? []) {
    const parts = partsOf(object);
    if (statement.removeType === 'OBJECT_TABLE') dropTable(account, relationNamed(account, parts), cascade);
    else if (statement.removeType === 'OBJECT_INDEX') dropIndex(account, parts, statement.concurrent ?? false);
    else dropObject(account, statement.removeType ?? '', parts, cascade);
  }
}

function dropTable(account: Account, relation: string, cascade: boolean): void {
  if (account.draft.get(`view:${relation}`) !== undefined) return;
  account.change({ kind: 'drop-table', relation, cascade });
  account.lockTree(relation, 'AccessExclusiveLock', { loses: `table ${relation}` });
  const id = `table:${relation}`;
  const parent = account.table(relation)?.partitionOf;
  if (typeof parent === 'string') account.lock(parent.slice('table:'.length), 'AccessExclusiveLock');
  for (const [, key] of account.draft.children(id, 'foreign-key')) {
    if (typeof key.references === 'string') account.lock(key.references.slice('table:'.length), 'AccessExclusiveLock');
  }
  for (const other of [...account.draft.ids()]) {
    if (account.draft.get(other)?.references !== id) continue;
    account.lock(other.slice('table:'.length, other.indexOf('/')), 'AccessExclusiveLock');
    account.draft.remove(other);
  }
  for (const partition of account.partitionsOf(relation)) account.draft.remove(`table:${partition}`);
  account.draft.remove(id);
}

function dropIndex(account: Account, parts: readonly string[], concurrently: boolean): void {
  const index = parts.at(-1) ?? '';
  const id = findIndex(account, index);
  const object = id === undefined ? undefined : account.draft.get(id);
  if (concurrently) account.refusesTransaction = true;
  if (id !== undefined) {
    const relation = id.slice(id.indexOf(':') + 1, id.indexOf('/'));
    const heldUntil = concurrently ? 'statement' : 'transaction';
    account.lock(relation, concurrently ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock', { heldUntil });
    if (account.isCreatedHere(relation)) {
      account.draft.remove(id);
      return;
    }
    account.draft.remove(id);
  }
  account.change({ kind: 'drop-index', index, concurrently, ...(object && { unique: object.unique === true }) });
}

/** Id of an index by its name, whatever its table. */
export function findIndex(account: Account, index: string): string | undefined {
  const ending = [`/index:${index}`, `/index:"${index.replaceAll('"', '""')}"`];
  for (const id of account.draft.ids()) if (ending.some((one) => id.endsWith(one))) return id;
  return undefined;
}

function dropObject(account: Account, type: string, parts: readonly string[], cascade: boolean): void {
  const what = BREAKING[type];
  const name = parts.join('.');
  if (type === 'OBJECT_TRIGGER' || type === 'OBJECT_RULE' || type === 'OBJECT_POLICY') {
    account.lock(relationNamed(account, parts.slice(0, -1)), 'AccessExclusiveLock');
  }
  const relation = relationNamed(account, parts);
  const kind = ['view', 'materialized-view', 'sequence'].find((one) => account.draft.get(`${one}:${relation}`));
  const unseen = kind !== undefined && account.isCreatedHere(relation);
  if (kind !== undefined) {
    account.lock(relation, 'AccessExclusiveLock');
    account.draft.remove(`${kind}:${relation}`);
  }
  if (unseen) return;
  account.change({ kind: 'drop-object', object: `${what ?? wordOf(type)} ${name}`, cascade });
  if (what !== undefined) {
    account.change({ kind: 'break-object', object: `${what} ${name}`, how: 'Whatever still uses it fails' });
  }
}

function wordOf(type: string): string {
  return type
    .replace(/^OBJECT_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

function partsOf(object: Node): string[] {
  if ('List' in object) return stringsOf(object.List.items);
  if ('TypeName' in object) return stringsOf(object.TypeName.names);
  if ('String' in object) return [object.String.sval ?? ''];
  if ('ObjectWithArgs' in object) return stringsOf((object.ObjectWithArgs as ObjectWithArgs).objname);
  return [];
}

/** TRUNCATE gives the table a new, empty file. */
export function truncate(account: Account, statement: TruncateStmt): void {
  for (const node of statement.relations ?? []) {
    if (!('RangeVar' in node)) continue;
    const relation = relationOf(account, node.RangeVar);
    account.change({ kind: 'truncate', relation });
    account.lockTree(relation, 'AccessExclusiveLock', { rewrites: true, loses: 'every row' });
    if (statement.behavior !== 'DROP_CASCADE') continue;
    for (const other of account.draft.ids()) {
      if (account.draft.get(other)?.references !== `table:${relation}`) continue;
      account.lock(other.slice('table:'.length, other.indexOf('/')), 'AccessExclusiveLock', {
        rewrites: true,
        loses: 'every row',
      });
    }
  }
}
