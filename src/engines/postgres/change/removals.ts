import type { ChangeRequest, ChangeSql, Deploy } from '../../../core/change-request.ts';
import { childId } from '../../../core/object-id.ts';
import { type Schema, schemaOf } from '../../../core/schema.ts';
import { sqlForChanges } from '../alter.ts';
import { quoteName } from '../names.ts';
import { beside, columnOf, type TableName } from './table-name.ts';

type Of<Kind extends ChangeRequest['kind']> = Extract<ChangeRequest, { kind: Kind }>;

/** DROP COLUMN, once no code uses it; the way back makes the column, its indexes and constraints, but not its values. */
export function dropColumn(change: Of<'drop-column'>, table: TableName, schema: Schema | undefined): ChangeSql {
  const object = columnOf(table, change.column, schema);
  const column = quoteName(change.column);
  const up = [`ALTER TABLE ${table.sql} DROP COLUMN ${column}`];
  const relax = object?.notNull === true && object.default === undefined && object.identity === undefined;
  const expand = relax && {
    up: [`ALTER TABLE ${table.sql} ALTER COLUMN ${column} DROP NOT NULL`],
    down: [`ALTER TABLE ${table.sql} ALTER COLUMN ${column} SET NOT NULL`],
  };
  return removal(
    up,
    wayBack(schema, [childId(table.id, 'column', change.column)]),
    [
      {
        step: 'expand',
        title: `Stop using ${column}`,
        ...(expand && { sql: expand }),
        code: `Release code that neither reads nor writes ${table.sql}.${column}, and wait until no older code runs.`,
      },
    ],
    `Drop ${column}`,
  );
}

/** DROP TABLE, once no code uses it. */
export function dropTable(table: TableName, schema: Schema | undefined): ChangeSql {
  const gone = [...(schema?.objects.keys() ?? [])].filter((id) => id === table.id || id.startsWith(`${table.id}/`));
  return removal(
    [`DROP TABLE ${table.sql}`],
    gone.length === 0 ? undefined : wayBack(schema, gone),
    [
      {
        step: 'expand',
        title: `Stop using ${table.sql}`,
        code: `Release code that does not name ${table.sql}, and wait until no older code runs.`,
      },
    ],
    `Drop ${table.sql}`,
  );
}

/** DROP INDEX CONCURRENTLY; nothing but speed is lost, so the way back is whole where the index is known. */
export function dropIndex(change: Of<'drop-index'>, table: TableName, schema: Schema | undefined): ChangeSql {
  const definition = schema?.objects.get(childId(table.id, 'index', change.name))?.definition;
  const down =
    typeof definition === 'string' ? [definition.replace(/^(CREATE (?:UNIQUE )?INDEX )/, '$1CONCURRENTLY ')] : [];
  return {
    up: [`DROP INDEX CONCURRENTLY ${beside(table, change.name)}`],
    down,
    reversible: down.length > 0 ? 'yes' : 'no',
    transaction: false,
  };
}

function removal(
  up: readonly string[],
  down: readonly string[] | undefined,
  before: readonly Deploy[],
  title: string,
): ChangeSql {
  const back = down ?? [];
  return {
    up,
    down: back,
    reversible: back.length > 0 ? 'schema-only' : 'no',
    transaction: true,
    deploys: [...before, { step: 'contract', title, sql: { up, down: back }, code: 'Nothing more to release.' }],
  };
}

/** SQL that makes the given objects again, with what goes along when they are dropped. */
function wayBack(schema: Schema | undefined, gone: readonly string[]): readonly string[] | undefined {
  if (schema === undefined) return undefined;
  const all = new Set(gone);
  for (let grew = true; grew; ) {
    grew = false;
    for (const [id, needed] of schema.needs ?? []) {
      // Only what DROP takes along without CASCADE: indexes, constraints, owned counters; a view would refuse the drop.
      if (all.has(id) || !/\/(?:index|primary-key|unique|check|exclusion|foreign-key|statistics):/.test(id)) continue;
      if (needed.some((other) => all.has(other))) grew = Boolean(all.add(id));
    }
  }
  for (const [id, object] of schema.objects) if (all.has(String(object.ownedBy))) all.add(id);
  const kept = new Map([...schema.objects].filter(([id]) => !all.has(id)));
  const { statements, complete } = sqlForChanges(
    { ...schemaOf(kept), ...(schema.needs && { needs: schema.needs }) },
    schema,
  );
  return complete ? statements : undefined;
}
