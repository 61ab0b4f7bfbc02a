import type { Severity } from '../core/hazard.ts';
import type { SchemaObject } from '../core/schema.ts';
import type { RelationEffect } from '../core/statement.ts';
import type { Judged } from './rule.ts';

const KINDS = ['table', 'materialized-view', 'view', 'foreign-table', 'sequence'];
/** Below this, reading or rewriting a table is over before anyone waits. */
export const TINY_ROWS = 1_000;
const SMALL_ROWS = 10_000;

/** Estimated rows, where the database was asked. */
export function rowsOf(judged: Pick<Judged, 'schema'>, relation: string): number | undefined {
  for (const kind of KINDS) {
    const rows = judged.schema.rows?.get(`${kind}:${relation}`);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

/** What the schema says of a relation, whatever its kind. */
export function relationIn(judged: Pick<Judged, 'schema'>, relation: string): SchemaObject | undefined {
  for (const kind of KINDS) {
    const object = judged.schema.objects.get(`${kind}:${relation}`);
    if (object !== undefined) return object;
  }
  return undefined;
}

/** True for a relation that these same statements created: nobody uses it yet. */
export function isNew(judged: Pick<Judged, 'schema'>, relation: string): boolean {
  return relationIn(judged, relation)?.createdHere === true;
}

export function effectOn(judged: Judged, relation: string): RelationEffect | undefined {
  return judged.prediction.effects.find((effect) => effect.relation === relation);
}

/** How bad it is to read or rewrite this table while others wait. An unknown size is taken for large. */
export function workSeverity(judged: Judged, relation: string): Severity {
  const rows = rowsOf(judged, relation);
  if (rows === undefined || rows >= SMALL_ROWS) return 'danger';
  return rows < TINY_ROWS ? 'info' : 'caution';
}

/** `12,345 rows` or nothing, for a sentence. */
export function rowsInWords(judged: Judged, relation: string): string {
  const rows = rowsOf(judged, relation);
  return rows === undefined ? '' : ` (about ${Math.max(0, rows).toLocaleString('en-GB')} rows)`;
}
