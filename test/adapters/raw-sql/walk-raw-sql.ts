import type { OperationRequest } from '../../../src/core/migration-tool.ts';
import type { Report } from '../../../src/core/report.ts';
import { look, perform, preview } from '../../../src/pipeline.ts';
import { type Walk, walkOn } from '../../support/walk.ts';

/** A workspace whose migrations folder holds these files, on an empty SQLite database unless SQL for it is given. */
export function rawSqlOn(migrations: Readonly<Record<string, string>>, sql = 'PRAGMA user_version = 1'): Walk {
  const files = Object.fromEntries(Object.entries(migrations).map(([name, text]) => [`migrations/${name}`, text]));
  // One numbered file keeps the folder recognisable where a test empties it.
  return walkOn({ '.env': 'DATABASE_URL=sqlite:shop.db\n', ...files }, { 'shop.db': sql });
}

export async function statusOf(walk: Walk) {
  const place = await look(walk.call, {});
  try {
    return await place.tool.status(place.context);
  } finally {
    await place.reader.close();
  }
}

/** Plans and runs; undefined where there was nothing to do. */
export async function go(walk: Walk, request: OperationRequest): Promise<Report | undefined> {
  const { plan } = await preview(walk.call, {}, request);
  if (!plan) return undefined;
  const report = await perform(walk.call, plan.id);
  if (!('outcome' in report)) throw new Error(`the gate held it back: ${report.kind}`);
  return report;
}

export function tablesOf(walk: Walk): readonly string[] {
  return walk
    .sql(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_migrations' ORDER BY name",
    )
    .map((row) => String(row.name));
}
