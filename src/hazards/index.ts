import type { Rule } from './rule.ts';
import { addColumnFillsRows } from './rules/add-column-fills-rows.ts';
import { addColumnNotNullWithoutDefault } from './rules/add-column-not-null-without-default.ts';
import { addConstraintScans } from './rules/add-constraint-scans.ts';
import { addForeignKeyNotValid } from './rules/add-foreign-key-not-valid.ts';
import { breaksObject } from './rules/breaks-object.ts';
import { cascadeDelete } from './rules/cascade-delete.ts';
import { changeType } from './rules/change-type.ts';
import { concurrentlyInTransaction } from './rules/concurrently-in-transaction.ts';
import { deleteWithoutWhere } from './rules/delete-without-where.ts';
import { dropColumn } from './rules/drop-column.ts';
import { dropObjectCascade } from './rules/drop-object-cascade.ts';
import { dropTable } from './rules/drop-table.ts';
import { indexNotConcurrent } from './rules/index-not-concurrent.ts';
import { leavesDatabase } from './rules/leaves-database.ts';
import { opaque } from './rules/opaque.ts';
import { renameColumn } from './rules/rename-column.ts';
import { renameTable } from './rules/rename-table.ts';
import { rewriteTable } from './rules/rewrite-table.ts';
import { setNotNull } from './rules/set-not-null.ts';
import { severalLocks } from './rules/several-locks.ts';
import { sqliteForeignKeysPragma } from './rules/sqlite-foreign-keys-pragma.ts';
import { sqlitePragma } from './rules/sqlite-pragma.ts';
import { truncate } from './rules/truncate.ts';
import { unparsed } from './rules/unparsed.ts';
import { updateWithoutWhere } from './rules/update-without-where.ts';
import { worksUnderLock } from './rules/works-under-lock.ts';

/** Every rule; a new one is a file, a test and a line here. */
export const RULES: readonly Rule[] = [
  addColumnFillsRows,
  addColumnNotNullWithoutDefault,
  addConstraintScans,
  addForeignKeyNotValid,
  breaksObject,
  cascadeDelete,
  changeType,
  deleteWithoutWhere,
  dropColumn,
  dropObjectCascade,
  dropTable,
  indexNotConcurrent,
  leavesDatabase,
  opaque,
  concurrentlyInTransaction,
  renameColumn,
  renameTable,
  rewriteTable,
  setNotNull,
  severalLocks,
  sqliteForeignKeysPragma,
  sqlitePragma,
  truncate,
  unparsed,
  updateWithoutWhere,
  worksUnderLock,
];
