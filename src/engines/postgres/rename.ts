import type { AlterObjectSchemaStmt, RenameStmt } from 'libpg-query';
import { childId, parseObjectId } from '../../core/object-id.ts';
import { type Account, spell } from './account.ts';
import { relationOf } from './nodes.ts';

/** ALTER … RENAME. */
export function rename(account: Account, statement: RenameStmt): void {
  const relation = relationOf(account, statement.relation);
  const to = statement.newname ?? '';
  const old = statement.subname ?? '';
  switch (statement.renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_FOREIGN_TABLE':
    case 'OBJECT_SEQUENCE':
      renameRelation(account, relation, spell(schemaOf(relation), to));
      break;
    case 'OBJECT_COLUMN':
      renameColumn(account, relation, old, to);
      break;
    case 'OBJECT_TABCONSTRAINT':
      account.lock(relation, 'AccessExclusiveLock');
      break;
    case 'OBJECT_SCHEMA':
      breaks(account, `schema ${old}`, `Code that writes ${old}. before a name fails`);
      break;
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      breaks(account, 'the renamed object', 'Code that uses the old name fails');
      break;
    default:
      // Renaming an index does not lock its table (measured 11 to 18), and nothing names indexes.
      break;
  }
}

/** ALTER … SET SCHEMA: for code that names it, the relation is gone. */
export function setSchema(account: Account, statement: AlterObjectSchemaStmt): void {
  if (statement.relation === undefined) {
    breaks(account, 'the moved object', 'Code that uses the old schema fails');
  } else {
    const relation = relationOf(account, statement.relation);
    renameRelation(account, relation, spell(statement.newschema ?? '', statement.relation.relname ?? ''));
  }
}

function breaks(account: Account, object: string, how: string): void {
  account.change({ kind: 'break-object', object, how });
}

function renameColumn(account: Account, relation: string, column: string, to: string): void {
  account.change({ kind: 'rename-column', relation, column, to });
  account.lockTree(relation, 'AccessExclusiveLock');
  const table = account.idOf(relation);
  account.draft.rename(childId(table, 'column', column), childId(table, 'column', to));
}

function schemaOf(relation: string): string {
  return parseObjectId(`table:${relation}`).name[0] ?? 'public';
}

function renameRelation(account: Account, relation: string, to: string): void {
  account.change({ kind: 'rename-table', relation, to });
  account.lock(relation, 'AccessExclusiveLock');
  const id = account.idOf(relation);
  account.draft.rename(id, `${id.slice(0, id.indexOf(':'))}:${to}`);
  for (const other of [...account.draft.ids()]) {
    if (account.draft.get(other)?.references === id) account.draft.merge(other, { references: `table:${to}` });
    if (account.draft.get(other)?.partitionOf === id) account.draft.merge(other, { partitionOf: `table:${to}` });
  }
}
