import type { ChangeSql } from '../../../core/change-request.ts';
import type { Schema } from '../../../core/schema.ts';
import { columnsOf } from '../alter/create-table.ts';
import { quoteName } from '../tokens.ts';
import { knownColumn, knownTable } from './edited-schema.ts';

/** A second column and triggers that keep both in step; SQLite's triggers cannot change the row itself, so they update it after. */
export function renameColumn(
  change: { readonly table: string; readonly column: string; readonly to: string },
  known: Schema | undefined,
): ChangeSql {
  const { schema, id } = knownTable(known, change.table);
  const column = knownColumn(schema, id, change.column);
  const table = quoteName(change.table);
  const before = quoteName(change.column);
  const after = quoteName(change.to);
  const row = rowCondition(schema, id);
  const trigger = (event: string) => quoteName(`lockkeeper_${change.table}_${change.column}_${change.to}_${event}`);
  const set = (target: string, value: string) => `UPDATE ${table} SET ${target} = NEW.${value} WHERE ${row};`;
  const up = [
    `ALTER TABLE ${table} ADD COLUMN ${after} ${column.type}`.trimEnd(),
    `CREATE TRIGGER ${trigger('insert_old')} AFTER INSERT ON ${table} WHEN NEW.${after} IS NULL BEGIN ${set(after, before)} END`,
    `CREATE TRIGGER ${trigger('insert_new')} AFTER INSERT ON ${table} WHEN NEW.${after} IS NOT NULL AND NEW.${before} IS NOT NEW.${after} BEGIN ${set(before, after)} END`,
    `CREATE TRIGGER ${trigger('update_old')} AFTER UPDATE OF ${before} ON ${table} WHEN NEW.${before} IS NOT OLD.${before} AND NEW.${after} IS NOT NEW.${before} BEGIN ${set(after, before)} END`,
    `CREATE TRIGGER ${trigger('update_new')} AFTER UPDATE OF ${after} ON ${table} WHEN NEW.${after} IS NOT OLD.${after} AND NEW.${before} IS NOT NEW.${after} BEGIN ${set(before, after)} END`,
  ];
  const unsync = ['insert_old', 'insert_new', 'update_old', 'update_new'].map(
    (event) => `DROP TRIGGER ${trigger(event)}`,
  );
  const down = [...unsync, `ALTER TABLE ${table} DROP COLUMN ${after}`];
  const limits =
    column.notNull && column.default === undefined
      ? ` Until then every insert must still give ${before} a value: it is NOT NULL.`
      : '';
  return {
    up,
    down,
    reversible: 'yes',
    transaction: true,
    deploys: [
      {
        step: 'expand',
        title: `Add ${after} beside ${before} on ${table}, kept in step by triggers`,
        sql: { up, down },
        code: 'Nothing changes for the code that runs now.',
      },
      {
        step: 'backfill',
        title: `Fill ${after} for the rows that are there, in batches`,
        batch: batchOf(schema, id, table, before, after),
        code: `Release code that reads and writes ${after} and no longer names ${before}.${limits}`,
      },
      {
        step: 'contract',
        title: `Give the old column the new name`,
        // The old column carries the constraints, indexes and values already; what was added beside it goes.
        sql: {
          up: [...down, `ALTER TABLE ${table} RENAME COLUMN ${before} TO ${after}`],
          down: [`ALTER TABLE ${table} RENAME COLUMN ${after} TO ${before}`, ...up],
        },
        code: `No running code names ${before} any more.`,
      },
    ],
  };
}

function batchOf(schema: Schema, id: string, table: string, before: string, after: string): string {
  const left = `${after} IS NULL AND ${before} IS NOT NULL`;
  const some = schema.objects.get(id)?.withoutRowid
    ? left
    : `rowid IN (SELECT rowid FROM ${table} WHERE ${left} LIMIT 1000)`;
  return `UPDATE ${table} SET ${after} = ${before} WHERE ${some}`;
}

function rowCondition(schema: Schema, id: string): string {
  if (!schema.objects.get(id)?.withoutRowid) return 'rowid = NEW.rowid';
  const keys = columnsOf(schema, id).filter(([, column]) => column.primaryKey !== undefined);
  return keys.map(([name]) => `${quoteName(name)} = NEW.${quoteName(name)}`).join(' AND ');
}
