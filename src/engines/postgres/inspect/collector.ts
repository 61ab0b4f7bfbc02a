import type { SchemaObject } from '../../../core/schema.ts';

/** Gathers objects, and which catalogue row each came from, so that the server's own dependency records can be read. */
export class Collector {
  readonly objects = new Map<string, SchemaObject>();
  readonly rows = new Map<string, number>();
  readonly #ids = new Map<string, string>();

  add(id: string, object: Record<string, unknown>, ...addresses: readonly string[]): void {
    this.objects.set(id, object);
    for (const address of addresses) this.#ids.set(address, id);
  }

  /** Id of the object at a catalogue address such as `pg_class:16384` or, for a column, `pg_class:16384:2`. */
  idAt(catalogue: string, oid: unknown, part: unknown = 0): string | undefined {
    const whole = `${catalogue}:${String(oid)}`;
    return Number(part) === 0
      ? this.#ids.get(whole)
      : (this.#ids.get(`${whole}:${String(part)}`) ?? this.#ids.get(whole));
  }
}
