import type { ChangeSql } from '../../../core/change-request.ts';
import { quoteName } from '../names.ts';
import { beside, fittingName, type TableName } from './table-name.ts';

// These types have no equality operator.
const NOT_COMPARABLE = /^(?:json|xml|point|polygon|txid_snapshot|pg_snapshot)\b/i;

interface Expansion {
  readonly table: TableName;
  readonly old: string;
  readonly new: string;
  readonly oldType: string;
  readonly newType: string;
  readonly notNull: boolean;
  readonly default?: string;
  /** `rename`: code moves to the new name. `retype`: the new column takes the old one's name in the end. */
  readonly purpose: 'rename' | 'retype';
}

/** A second column beside the first and a trigger that keeps both in step, so that old and new code can run at once. */
export function expandColumn(change: Expansion): ChangeSql {
  const { table } = change;
  const before = quoteName(change.old);
  const after = quoteName(change.new);
  const trigger = fittingName('lockkeeper', table.name, change.old, change.new, 'sync');
  const routine = beside(table, trigger);
  const up = [
    `ALTER TABLE ${table.sql} ADD COLUMN ${after} ${change.newType}`,
    syncFunction(routine, change),
    `CREATE TRIGGER ${quoteName(trigger)} BEFORE INSERT OR UPDATE ON ${table.sql} FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
  ];
  const unsync = [`DROP TRIGGER ${quoteName(trigger)} ON ${table.sql}`, `DROP FUNCTION ${routine}()`];
  const down = [...unsync, `ALTER TABLE ${table.sql} DROP COLUMN ${after}`];
  const cast = change.oldType === change.newType ? '' : `::${change.newType}`;
  const required = [
    ...(change.default === undefined
      ? []
      : [`ALTER TABLE ${table.sql} ALTER COLUMN ${after} SET DEFAULT ${change.default}`]),
    ...(change.notNull ? [`ALTER TABLE ${table.sql} ALTER COLUMN ${after} SET NOT NULL`] : []),
  ];
  const rename = change.purpose === 'retype' ? [`ALTER TABLE ${table.sql} RENAME COLUMN ${after} TO ${before}`] : [];
  return {
    up,
    down,
    reversible: 'yes',
    transaction: true,
    deploys: [
      {
        step: 'expand',
        title: `Add ${after} beside ${before} on ${table.sql}, kept in step by a trigger`,
        sql: { up, down },
        code: 'Nothing changes for the code that runs now.',
      },
      {
        step: 'backfill',
        title: `Fill ${after} for the rows that are there, in batches`,
        // UPDATE has no LIMIT in PostgreSQL.
        batch: `UPDATE ${table.sql} SET ${after} = ${before}${cast} WHERE ctid IN (SELECT ctid FROM ${table.sql} WHERE ${after} IS NULL AND ${before} IS NOT NULL LIMIT 1000)`,
        code:
          change.purpose === 'rename'
            ? `Release code that reads and writes ${after} and no longer names ${before}.`
            : 'Nothing changes for the code that runs now.',
      },
      {
        step: 'contract',
        title: change.purpose === 'rename' ? `Drop ${before}` : `Let the new column take the place of ${before}`,
        sql: { up: [...unsync, ...required, `ALTER TABLE ${table.sql} DROP COLUMN ${before}`, ...rename], down: [] },
        code:
          change.purpose === 'rename'
            ? `No running code names ${before} any more.`
            : `The code accepts values of type ${change.newType}. Indexes and constraints on ${before} must be made for the new column first.`,
      },
    ],
  };
}

function syncFunction(routine: string, change: Expansion): string {
  const before = quoteName(change.old);
  const after = quoteName(change.new);
  const text = NOT_COMPARABLE.test(change.oldType) || NOT_COMPARABLE.test(change.newType) ? '::text' : '';
  const forth = `NEW.${after} := NEW.${before}${change.oldType === change.newType ? '' : `::${change.newType}`};`;
  const back = `NEW.${before} := NEW.${after}${change.oldType === change.newType ? '' : `::${change.oldType}`};`;
  const body = `
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.${after} IS NOT NULL THEN
      ${back}
    ELSE
      ${forth}
    END IF;
  ELSIF NEW.${after}${text} IS DISTINCT FROM OLD.${after}${text} THEN
    ${back}
  ELSIF NEW.${before}${text} IS DISTINCT FROM OLD.${before}${text} THEN
    ${forth}
  END IF;
  RETURN NEW;
END
`;
  let tag = '$lockkeeper$';
  while (body.includes(tag)) tag = tag.replace(/\$$/, '_$');
  return `CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS ${tag}${body}${tag}`;
}
