import { type Digest, digestOf, digestOfData } from './digest.ts';
import { parseObjectId } from './object-id.ts';

/** Facts about one object, plain data only. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/**
 * A database's structure as one map. Ids are stable and say what they name, so that one diff serves every engine:
 * `table:public.users`, `table:public.users/column:email`, `table:public.users/index:users_email_key`,
 * `table:public.users/foreign-key:orders_user_id_fkey`. SQLite's have no schema: `table:users/column:email`.
 * Row counts are not part of it.
 */
export interface Schema {
  readonly digest: Digest;
  readonly objects: ReadonlyMap<string, SchemaObject>;
  /** Estimated rows per table id, where the engine was asked; not part of the digest. */
  readonly rows?: ReadonlyMap<string, number>;
  /** Object id → ids that must exist before it, where the engine records it; not part of the digest. */
  readonly needs?: ReadonlyMap<string, readonly string[]>;
}

export function schemaOf(objects: ReadonlyMap<string, SchemaObject>, rows?: ReadonlyMap<string, number>): Schema {
  return { digest: digestOfData(objects), objects, ...(rows && { rows }) };
}

export const EMPTY_SCHEMA: Schema = schemaOf(new Map());

export interface SchemaChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** The object's id. */
  readonly object: string;
  readonly from?: SchemaObject;
  readonly to?: SchemaObject;
}

/** What differs between two schemas of one engine, in the order of the ids. */
export function compareSchemas(from: Schema, to: Schema): readonly SchemaChange[] {
  if (from.digest === to.digest) return [];
  const changes: SchemaChange[] = [];
  for (const id of [...new Set([...from.objects.keys(), ...to.objects.keys()])].sort()) {
    const before = from.objects.get(id);
    const after = to.objects.get(id);
    if (before === undefined && after !== undefined) changes.push({ kind: 'added', object: id, to: after });
    else if (before !== undefined && after === undefined) changes.push({ kind: 'removed', object: id, from: before });
    else if (before && after && digestOfData(before) !== digestOfData(after))
      changes.push({ kind: 'changed', object: id, from: before, to: after });
  }
  return changes;
}

/** Digest of which tables and columns there are. Other objects get names of the engine's own, so a prediction is held to these. */
export function digestOfTables(schema: Schema): Digest {
  const ids = [...schema.objects.keys()].filter((text) => {
    const id = parseObjectId(text);
    return id.kind === 'table' && (id.child === undefined || id.child.kind === 'column');
  });
  return digestOf(ids.sort().join('\n'));
}
