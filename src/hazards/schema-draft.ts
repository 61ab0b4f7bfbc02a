import { digestOfData } from '../core/digest.ts';
import type { Schema, SchemaObject } from '../core/schema.ts';

/** A schema being changed statement by statement; the one it starts from stays as it is. */
export class SchemaDraft {
  readonly #from: Schema;
  #objects: Map<string, SchemaObject> | undefined;

  constructor(from: Schema) {
    this.#from = from;
  }

  get(id: string): SchemaObject | undefined {
    return (this.#objects ?? this.#from.objects).get(id);
  }

  ids(): Iterable<string> {
    return (this.#objects ?? this.#from.objects).keys();
  }

  rows(id: string): number | undefined {
    return this.#from.rows?.get(id);
  }

  set(id: string, object: SchemaObject): void {
    this.#writable().set(id, object);
  }

  /** Changes fields of an object that is there; a field set to undefined goes. */
  merge(id: string, fields: SchemaObject): void {
    const before = this.get(id);
    if (before === undefined) return;
    const after = Object.entries({ ...before, ...fields }).filter(([, value]) => value !== undefined);
    this.set(id, Object.fromEntries(after));
  }

  /** Takes an object out, with everything inside it. */
  remove(id: string): void {
    for (const inner of this.within(id)) this.#writable().delete(inner);
  }

  /** Gives an object another id, and everything inside it. */
  rename(id: string, to: string): void {
    for (const inner of this.within(id)) {
      const object = this.get(inner);
      this.#writable().delete(inner);
      if (object !== undefined) this.set(to + inner.slice(id.length), object);
    }
  }

  /** The object itself and what lies inside it. */
  within(id: string): string[] {
    const inside = `${id}/`;
    return [...this.ids()].filter((one) => one === id || one.startsWith(inside));
  }

  /** Objects of one kind inside another: `children('table:public.users', 'index')`. */
  children(parent: string, kind: string): [id: string, object: SchemaObject][] {
    const prefix = `${parent}/${kind}:`;
    const found: [string, SchemaObject][] = [];
    for (const [id, object] of this.#objects ?? this.#from.objects) if (id.startsWith(prefix)) found.push([id, object]);
    return found;
  }

  /** The schema as it now is; the one it started from where nothing changed. */
  finish(): Schema {
    const objects = this.#objects;
    if (objects === undefined) return this.#from;
    const { rows } = this.#from;
    let digest: Schema['digest'] | undefined;
    return {
      // Thousands of statements follow each other and hardly anyone asks: worked out when asked for.
      get digest() {
        digest ??= digestOfData(objects);
        return digest;
      },
      objects,
      ...(rows && { rows }),
    };
  }

  #writable(): Map<string, SchemaObject> {
    this.#objects ??= new Map(this.#from.objects);
    return this.#objects;
  }
}
