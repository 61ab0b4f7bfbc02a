import { parentId } from '../../../core/object-id.ts';
import { compareSchemas, type Schema } from '../../../core/schema.ts';
import { kindOf } from '../names.ts';
import { changesType } from './change-column.ts';
import { changeInPlace } from './change-object.ts';

/** What has to be done to which object, before it is put in order. */
export interface Work {
  /** Ids of the old schema that go; some come back. */
  readonly drops: Set<string>;
  readonly creates: Set<string>;
  readonly alters: Map<string, readonly string[]>;
  /** Columns that live on while something their default needs goes and comes back. */
  readonly defaults: Set<string>;
  readonly leftOut: string[];
}

const TYPES = ['enum', 'domain', 'composite-type', 'range-type'];
// A constraint or an index follows its column's new type by itself (ATRewriteTables), unless two tables must change together.
const FOLLOWS_TYPE = ['primary-key', 'unique', 'check', 'exclusion', 'index', 'statistics', 'sequence'];

/** Sorts the differences into what goes, what comes and what changes in its place, with everything that must go along. */
export function gatherWork(from: Schema, to: Schema): Work {
  const work: Work = { drops: new Set(), creates: new Set(), alters: new Map(), defaults: new Set(), leftOut: [] };
  const dependents = dependentsOf(from);
  const retyped: string[] = [];
  for (const change of compareSchemas(from, to)) {
    const id = change.object;
    if (change.from === undefined) work.creates.add(id);
    else if (change.to === undefined) work.drops.add(id);
    else {
      const inPlace = changeInPlace(id, change.from, change.to);
      const held = TYPES.includes(kindOf(id)) && (dependents.get(id) ?? []).some((other) => holdsData(other));
      const moves = joinsOrLeaves(parentId(id), from, to);
      const stayed = change.from.inherited === change.to.inherited;
      const stranded = stayed ? change.to.inherited === true && moves : !moves;
      if (inPlace === undefined || stranded || (inPlace === 'replace' && held) || id.startsWith('foreign-table:'))
        work.leftOut.push(`${id}: changed in a way not written yet`);
      else if (inPlace === 'replace') replace(work, id, to);
      else {
        work.alters.set(id, inPlace);
        if (kindOf(id) === 'column' && changesType(change.from, change.to)) retyped.push(id);
      }
    }
  }
  takeAlong(work, from, to, dependents, retyped);
  return work;
}

function replace(work: Work, id: string, to: Schema): void {
  work.drops.add(id);
  work.alters.delete(id);
  if (to.objects.has(id)) work.creates.add(id);
}

/** Whatever stands on something that goes, goes first, and comes back where it is wanted. */
function takeAlong(
  work: Work,
  from: Schema,
  to: Schema,
  dependents: ReadonlyMap<string, readonly string[]>,
  retyped: readonly string[],
): void {
  const queue: { id: string; retyped: boolean }[] = [
    ...[...work.drops].map((id) => ({ id, retyped: false })),
    ...retyped.map((id) => ({ id, retyped: true })),
  ];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { id } = next;
    const inside = kindOf(id) === 'view' || kindOf(id) === 'materialized-view' ? childrenOf(from, id) : [];
    for (const other of [...(dependents.get(id) ?? []), ...inside]) {
      if (work.drops.has(other) || (next.retyped && FOLLOWS_TYPE.includes(kindOf(other)))) continue;
      const kind = kindOf(other);
      // Partitions and inheriting tables "depend" on their parent, a table on its row type: they stay.
      if (kind === 'table' || kind === 'schema' || kind === 'extension' || kind === 'sequence') continue;
      if (kind === 'column' && !from.objects.get(other)?.generated) {
        if (kindOf(id) !== 'column' && !TYPES.includes(kindOf(id))) work.defaults.add(other);
        continue;
      }
      replace(work, other, to);
      queue.push({ id: other, retyped: false });
    }
  }
}

/** A part becomes a parent's, or its own, only when its table joins or leaves that parent. */
function joinsOrLeaves(table: string, from: Schema, to: Schema): boolean {
  const place = (schema: Schema) => {
    const { partitionOf, bound, inherits } = schema.objects.get(table) ?? {};
    return JSON.stringify([partitionOf, bound, inherits]);
  };
  return place(from) !== place(to);
}

function holdsData(id: string): boolean {
  return ['column', 'domain', 'composite-type', 'table'].includes(kindOf(id));
}

function childrenOf(schema: Schema, id: string): readonly string[] {
  return [...schema.objects.keys()].filter((other) => other !== id && other.startsWith(`${id}/`));
}

function dependentsOf(schema: Schema): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, string[]>();
  for (const [id, needed] of schema.needs ?? []) {
    for (const one of needed) {
      result.set(one, [...(result.get(one) ?? []), id]);
      // What needs a column is recorded for the column; a whole table going is asked for through the table.
    }
  }
  return result;
}

/** True where the object goes with the table or view it lies in. */
export function goesWithParent(id: string, drops: ReadonlySet<string>): boolean {
  const parent = parentId(id);
  return parent !== id && drops.has(parent);
}
