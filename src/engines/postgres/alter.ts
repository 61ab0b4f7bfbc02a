import { parentId, parseObjectId } from '../../core/object-id.ts';
import type { Schema } from '../../core/schema.ts';
import { continueAfterRows } from './alter/change-column.ts';
import { commentOn } from './alter/comment.ts';
import { createStatements } from './alter/create.ts';
import { isPartOfCreateTable } from './alter/create-table.ts';
import { field, list } from './alter/describe.ts';
import { dropStatement } from './alter/drop.ts';
import { inOrder } from './alter/order.ts';
import { gatherWork, goesWithParent, type Work } from './alter/work.ts';
import { childNameOf, kindOf, nameOf, quoteText } from './names.ts';

/** SQL that turns one schema into another, and what it does not cover. */
export interface AlterSql {
  readonly statements: readonly string[];
  /** Differences without SQL, each named by its object's id; nothing is dropped silently. */
  readonly leftOut: readonly string[];
  readonly complete: boolean;
  /** False where a statement cannot share a transaction with what follows it. */
  readonly transaction: boolean;
}

/**
 * Ordered SQL from one inspected schema to another. Foreign keys go first and come last, so tables may refer to each other in
 * circles. Renames are never guessed: they are a drop and an add.
 */
export function sqlForChanges(from: Schema, to: Schema): AlterSql {
  const work = gatherWork(from, to);
  const { early, late } = drops(work, from);
  const statements = [
    ...released(work, from, to),
    ...[...work.defaults].map((id) => `ALTER TABLE ${nameOf(id)} ALTER COLUMN ${childNameOf(id)} DROP DEFAULT`),
    ...early,
    ...additions(work, from, to),
    ...[...work.defaults].flatMap((id) => {
      const column = to.objects.get(id);
      const stays = column?.default !== undefined && !work.alters.has(id);
      return stays ? [`ALTER TABLE ${nameOf(id)} ALTER COLUMN ${childNameOf(id)} SET DEFAULT ${column.default}`] : [];
    }),
    ...owned(work, from, to),
    ...late,
  ];
  return {
    statements,
    leftOut: work.leftOut,
    complete: work.leftOut.length === 0,
    // "New enum values must be committed before they can be used" (PostgreSQL, ALTER TYPE).
    transaction: !statements.some((statement) => /^ALTER TYPE .* ADD VALUE /.test(statement)),
  };
}

/** What goes: `late` is what an altered object may still stand on until it has been altered. */
function drops(work: Work, from: Schema): { early: readonly string[]; late: readonly string[] } {
  const implied = (id: string) => {
    const object = from.objects.get(id) ?? {};
    if (object.inherited) return true;
    if (kindOf(id) === 'foreign-key')
      return goesWithParent(id, work.drops) && !work.drops.has(String(object.references));
    const owner = field(object, 'ownedBy');
    if (owner !== undefined) return work.drops.has(owner) || work.drops.has(parentId(owner));
    return goesWithParent(id, work.drops);
  };
  const named = [...work.drops].filter((id) => !implied(id));
  const altered = new Set([...work.alters.keys()].flatMap((id) => from.needs?.get(id) ?? []));
  const isLate = new Set(named.filter((id) => altered.has(id) || /^(schema|extension):/.test(id)));
  const needs = (id: string) => from.needs?.get(id) ?? [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const id of isLate) {
      const early = needs(id).some((other) =>
        [other, parentId(other)].some((one) => work.drops.has(one) && !isLate.has(one)),
      );
      if (early) moved = isLate.delete(id) || moved;
    }
  }
  // A dropped table stands on whatever its columns and constraints stand on.
  const wholeNeeds = new Map<string, Set<string>>();
  for (const id of from.objects.keys()) {
    // A foreign key between two tables that both go has a statement of its own, before theirs.
    if (kindOf(id) === 'foreign-key') continue;
    const top = parentId(id);
    const whole = wholeNeeds.get(top) ?? new Set();
    for (const other of needs(id)) whole.add(other).add(parentId(other));
    wholeNeeds.set(top, whole);
  }
  const order = inOrder(named, kindOf, (id) => {
    const own = parseObjectId(id).child
      ? needs(id).flatMap((other) => [other, parentId(other)])
      : (wholeNeeds.get(id) ?? []);
    return [...own, ...schemaOf(id), parentId(id)];
  });
  const reversed = [...order].reverse();
  // Foreign keys before anything else, whichever way they point.
  const first = reversed.filter((id) => kindOf(id) === 'foreign-key');
  const rest = reversed.filter((id) => kindOf(id) !== 'foreign-key' && !isLate.has(id));
  return {
    early: [...first, ...rest].map(dropStatement),
    late: reversed.filter((id) => isLate.has(id)).map(dropStatement),
  };
}

/** What comes and what changes, each after what it needs. */
function additions(work: Work, from: Schema, to: Schema): readonly string[] {
  const nodeOf = (id: string): string => {
    const object = to.objects.get(id);
    const parent = parentId(id);
    return object && parent !== id && work.creates.has(parent) && isPartOfCreateTable(id, object) ? parent : id;
  };
  const nodes = new Set([...work.creates, ...work.alters.keys()].map(nodeOf));
  for (const id of work.alters.keys()) nodes.add(id);
  const needs = new Map<string, Set<string>>([...nodes].map((id) => [id, new Set([parentId(id), ...schemaOf(id)])]));
  for (const [id, needed] of to.needs ?? []) {
    for (const other of needed) needs.get(nodeOf(id))?.add(nodeOf(other)).add(parentId(other));
  }
  addTextualNeeds(needs, to);
  return inOrder([...nodes], kindOf, (id) => needs.get(id) ?? []).flatMap((id) => {
    const object = to.objects.get(id) ?? {};
    const inPlace = work.alters.get(id);
    if (inPlace !== undefined) return [...inPlace, ...commentOn(id, from.objects.get(id) ?? {}, object)];
    // Comes with the parent's, without a statement.
    if (object.inherited) return [];
    const created = createStatements(id, to);
    if (created === undefined) work.leftOut.push(`${id}: making one is not written yet`);
    return created ?? [];
  });
}

/** A function in SQL names what it uses in a text the server does not record but does check when the function is made. */
function addTextualNeeds(needs: ReadonlyMap<string, Set<string>>, to: Schema): void {
  for (const [id, own] of needs) {
    const object = to.objects.get(id);
    if (object?.language !== 'sql') continue;
    const words = new Set(String(object.definition).match(/\w+/g));
    for (const other of needs.keys()) {
      const name = parseObjectId(other);
      if (other !== id && !name.child && words.has(name.name.at(-1) ?? '') && !needs.get(other)?.has(id))
        own.add(other);
    }
  }
}

function schemaOf(id: string): readonly string[] {
  const { name } = parseObjectId(id);
  return name.length > 1 ? [`schema:${id.slice(id.indexOf(':') + 1).match(/^(?:"(?:[^"]|"")*"|[^.]*)/)?.[0]}`] : [];
}

/** What stays must be let go before what it belongs to is dropped: a sequence by its column, a partition by its parent. */
function released(work: Work, from: Schema, to: Schema): readonly string[] {
  const leaving = [...work.drops].filter((id) => kindOf(id) === 'sequence');
  return [...leaving, ...work.alters.keys()].flatMap((id) => {
    const before = from.objects.get(id) ?? {};
    const after = to.objects.get(id) ?? {};
    const kind = kindOf(id);
    const owner = field(before, 'ownedBy');
    const ownerGoes =
      work.drops.has(id) && owner !== undefined && (work.drops.has(owner) || work.drops.has(parentId(owner)));
    if (kind === 'sequence' && owner && owner !== after.ownedBy && !ownerGoes) {
      return [`ALTER SEQUENCE ${nameOf(id)} OWNED BY NONE`];
    }
    // The counter behind an identity goes by a name that a sequence of its own may take.
    if (kind === 'column' && before.identity && !after.identity) {
      return [`ALTER TABLE ${nameOf(id)} ALTER COLUMN ${childNameOf(id)} DROP IDENTITY`];
    }
    if (kind !== 'table') return [];
    const parent = field(before, 'partitionOf');
    const moved = parent !== after.partitionOf || before.bound !== after.bound;
    const left = list(before, 'inherits').filter((other) => !list(after, 'inherits').includes(other));
    return [
      ...(parent && moved ? [`ALTER TABLE ${nameOf(parent)} DETACH PARTITION ${nameOf(id)}`] : []),
      ...left.map((other) => `ALTER TABLE ${nameOf(id)} NO INHERIT ${nameOf(other)}`),
    ];
  });
}

/** A sequence is owned only once its column is there. */
function owned(work: Work, from: Schema, to: Schema): readonly string[] {
  return [...work.creates, ...work.alters.keys()].flatMap((id) => {
    const owner = field(to.objects.get(id) ?? {}, 'ownedBy');
    const was = work.creates.has(id) ? undefined : field(from.objects.get(id) ?? {}, 'ownedBy');
    if (kindOf(id) !== 'sequence' || owner === undefined || owner === was) return [];
    const counts = work.creates.has(id) && from.objects.has(owner);
    return [
      `ALTER SEQUENCE ${nameOf(id)} OWNED BY ${nameOf(owner)}.${childNameOf(owner)}`,
      ...(counts ? continueAfterRows(owner, quoteText(nameOf(id)), to.objects.get(id) ?? {}) : []),
    ];
  });
}
