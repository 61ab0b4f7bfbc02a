import { parentId, parseObjectId } from '../../core/object-id.ts';
import { compareSchemas, type Schema } from '../../core/schema.ts';
import { changeNatively, rebuild } from './alter/change-table.ts';
import { createTable } from './alter/create-table.ts';
import { quoteName, tokenize } from './tokens.ts';

/** SQL that turns one schema into another, and what it does not cover. */
export interface AlterSql {
  readonly statements: readonly string[];
  /** Differences without SQL, each named by its object's id; nothing is dropped silently. */
  readonly leftOut: readonly string[];
  readonly complete: boolean;
  /** False where the statements hold their own BEGIN and COMMIT, because foreign keys must be switched off outside. */
  readonly transaction: boolean;
}

/** Ordered SQL from one inspected schema to another. Renames are never guessed: they are a drop and an add. */
export function sqlForChanges(from: Schema, to: Schema): AlterSql {
  const changes = compareSchemas(from, to);
  const leftOut: string[] = [];
  const body: string[] = [];
  const touched = new Set<string>();
  const rebuilt = new Set<string>();
  const dropped: string[] = [];
  const created: string[] = [];
  for (const table of new Set(
    changes.map((change) => parentId(change.object)).filter((id) => id.startsWith('table:')),
  )) {
    const shape = changes.some((change) => parentId(change.object) === table && !isIndexOrTrigger(change.object));
    if (!from.objects.has(table)) created.push(table);
    else if (!to.objects.has(table)) dropped.push(table);
    else if (shape) {
      const native = changeNatively(from, to, table);
      const whole = from.objects.get(table)?.sql ?? to.objects.get(table)?.sql;
      if (whole !== undefined) {
        leftOut.push(`${table}: a virtual table cannot be changed, and making it anew would lose its rows`);
        continue;
      }
      if (native === undefined) rebuilt.add(table);
      body.push(...(native ?? rebuild(from, to, table)));
    } else continue;
    touched.add(table);
  }
  const moving = standaloneMoves(from, to, touched, new Set([...rebuilt, ...dropped]));
  const statements = [
    ...moving.drops,
    ...inOrder(from, dropped)
      .reverse()
      .map((id) => `DROP TABLE ${nameOf(id)}`),
    ...inOrder(to, created).map((id) => createTable(to, id, parseObjectId(id).name[0] ?? '')),
    ...body,
    ...moving.creates,
  ];
  const guarded = rebuilt.size > 0 || dropped.length > 0;
  return {
    statements: guarded ? guard(statements) : statements,
    leftOut,
    complete: leftOut.length === 0,
    transaction: !guarded,
  };
}

/**
 * Dropping a table deletes its rows first, and with foreign keys on that cascades to others; inside a transaction the switch is
 * ignored (https://www.sqlite.org/pragma.html#pragma_foreign_keys). The check at the end stops everything where rows have come to
 * point nowhere that did not before: PRAGMA foreign_key_check alone would only print them.
 */
function guard(statements: readonly string[]): readonly string[] {
  const count = '(SELECT count(*) FROM pragma_foreign_key_check)';
  return [
    'PRAGMA foreign_keys = OFF',
    'BEGIN IMMEDIATE',
    `CREATE TEMP TABLE "lockkeeper_foreign_key_check" ("before" INTEGER, "after" INTEGER, CHECK ("after" <= "before"))`,
    `INSERT INTO temp."lockkeeper_foreign_key_check" ("before") VALUES (${count})`,
    ...statements,
    `UPDATE temp."lockkeeper_foreign_key_check" SET "after" = ${count}`,
    `DROP TABLE temp."lockkeeper_foreign_key_check"`,
    'COMMIT',
    'PRAGMA foreign_keys = ON',
  ];
}

/** Indexes, views and triggers that go or come; those that name a touched table go out of the way and come back. */
function standaloneMoves(
  from: Schema,
  to: Schema,
  touched: ReadonlySet<string>,
  gone: ReadonlySet<string>,
): { drops: readonly string[]; creates: readonly string[] } {
  const standalone = (schema: Schema) =>
    [...schema.objects.keys()].filter((id) => id.startsWith('view:') || isIndexOrTrigger(id));
  const sql = (schema: Schema, id: string) => schema.objects.get(id)?.sql;
  const moved = new Set(standalone(from).filter((id) => sql(from, id) !== sql(to, id)));
  const names = (ids: Iterable<string>) =>
    new Set([...ids].map((id) => (parseObjectId(id).name[0] ?? '').toLowerCase()));
  for (let grew = true; grew; ) {
    grew = false;
    const disturbed = names([...touched, ...[...moved].filter((id) => id.startsWith('view:'))]);
    for (const id of standalone(from)) {
      if (moved.has(id) || (isIndex(id) && !gone.has(parentId(id)))) continue;
      if (!mentions(sql(from, id), disturbed)) continue;
      moved.add(id);
      grew = true;
    }
  }
  const comes = standalone(to).filter((id) => moved.has(id) || !from.objects.has(id));
  // What lies in a table that goes, goes with it.
  const goes = [...moved].filter((id) => !(parentId(id) !== id && gone.has(parentId(id)) && isIndex(id)));
  return {
    drops: inOrder(from, goes)
      .reverse()
      .map((id) => `DROP ${kindOf(id).toUpperCase()} ${childNameOf(id)}`),
    creates: inOrder(to, comes).map((id) => String(sql(to, id))),
  };
}

/** What is named by another's text comes before it: tables and indexes, then views, then triggers. */
function inOrder(schema: Schema, ids: readonly string[]): string[] {
  const rank = (id: string) => ['table', 'index', 'view', 'trigger'].indexOf(kindOf(id));
  const waiting = [...ids].sort((a, b) => rank(a) - rank(b));
  const result: string[] = [];
  while (waiting.length > 0) {
    const open = (id: string) =>
      waiting.some((other) => {
        if (other === id || kindOf(other) !== kindOf(id) || (kindOf(id) !== 'table' && kindOf(id) !== 'view'))
          return false;
        return needs(schema, id, parseObjectId(other).name[0] ?? '');
      });
    const next = Math.max(
      0,
      waiting.findIndex((id) => !open(id)),
    );
    result.push(...waiting.splice(next, 1));
  }
  return result;
}

function needs(schema: Schema, id: string, name: string): boolean {
  const wanted = new Set([name.toLowerCase()]);
  if (kindOf(id) === 'view') return mentions(schema.objects.get(id)?.sql, wanted);
  return [...schema.objects].some(
    ([child, object]) =>
      child.startsWith(`${id}/foreign-key:`) &&
      parseObjectId(String(object.references)).name[0]?.toLowerCase() === name.toLowerCase(),
  );
}

function mentions(sql: unknown, names: ReadonlySet<string>): boolean {
  return (tokenize(String(sql)) ?? []).some(
    (token) => (token.kind === 'word' || token.kind === 'quoted-name') && names.has(token.value.toLowerCase()),
  );
}

function isIndex(id: string): boolean {
  return kindOf(id) === 'index';
}

function isIndexOrTrigger(id: string): boolean {
  return isIndex(id) || kindOf(id) === 'trigger';
}

function kindOf(id: string): string {
  const parsed = parseObjectId(id);
  return parsed.child?.kind ?? parsed.kind;
}

function nameOf(id: string): string {
  return quoteName(parseObjectId(id).name[0] ?? '');
}

function childNameOf(id: string): string {
  const { name, child } = parseObjectId(id);
  return quoteName(child?.name ?? name[0] ?? '');
}
