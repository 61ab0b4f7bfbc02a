import type { Fingerprint } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Context, MigrationTool } from '../core/migration-tool.ts';
import { parseObjectId } from '../core/object-id.ts';
import type { Plan } from '../core/plan.ts';
import type { Session } from '../core/ports.ts';
import type { RoundTrip } from '../core/rehearsal.ts';
import { type Schema, schemaOf } from '../core/schema.ts';
import { runOn } from './run-on-shadow.ts';

export interface Before {
  readonly schema: Schema;
  readonly fingerprint: Fingerprint;
}

/** After the plan went up on the shadow: takes it back down there and compares with what was there before. */
export async function tryTheWayBack(
  plan: Plan,
  before: Before,
  context: Context,
  tool: MigrationTool,
  session: Session,
): Promise<RoundTrip> {
  const ups = plan.steps.filter((step) => step.migration?.direction === 'up').length;
  if (plan.operation !== 'run' || ups === 0) return 'not-run';
  try {
    await runOn(session, context.engine, await tool.plan({ operation: 'rollback', steps: ups }, context));
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === 'MIGRATION.IRREVERSIBLE') return 'no-down';
    if (error instanceof LockkeeperError) return 'schema-differs';
    throw error;
  }
  const history = tool.historyTable;
  if (
    withoutTable(await context.engine.inspect(context.reader), history).digest !==
    withoutTable(before.schema, history).digest
  )
    return 'schema-differs';
  const after = await context.engine.fingerprint(session);
  return sameRows(before.fingerprint, after, history) ? 'identical' : 'data-lost';
}

/** The schema without the migration tool's own table, its indexes and its sequence. */
export function withoutTable(schema: Schema, table: string): Schema {
  return schemaOf(
    new Map(
      [...schema.objects].filter(([text]) => {
        const name = parseObjectId(text).name.at(-1) ?? '';
        return name !== table && name !== `${table}_id_seq`;
      }),
    ),
  );
}

function sameRows(before: Fingerprint, after: Fingerprint, history: string): boolean {
  const found = new Map(after.tables.map((table) => [table.table, table]));
  return before.tables
    .filter(({ table }) => !isTable(table, history))
    .every(
      (table) => found.get(table.table)?.checksum === table.checksum && found.get(table.table)?.rows === table.rows,
    );
}

function isTable(label: string, table: string): boolean {
  return label === table || label.endsWith(`.${table}`) || label.endsWith(`."${table}"`);
}
