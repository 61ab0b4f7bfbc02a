import type { DatabaseEngine } from '../core/database-engine.ts';
import { childId, parseObjectId } from '../core/object-id.ts';
import type { Reader, Session } from '../core/ports.ts';
import type { Rehearsal } from '../core/rehearsal.ts';
import type { Schema } from '../core/schema.ts';
import type { Change } from '../core/statement.ts';

export type DataEffect = Rehearsal['dataEffects'][number];

/** Changes that can take rows away; rows are counted around steps that have one, and not around the others. */
const TAKES_ROWS: ReadonlySet<Change['kind']> = new Set([
  'drop-table',
  'truncate',
  'delete',
  'drop-object',
  'opaque',
  'rename-table',
]);
const TABLES_PER_QUERY = 100;

/** Counts what each step loses: values of a column before it is dropped, rows of every table before and after. */
export class LossWatch {
  readonly #session: Session;
  readonly #engine: DatabaseEngine;
  readonly #version: string;
  readonly #reader: Reader;
  #schema: Schema;
  #step: { readonly rows: Map<string, number>; readonly renamed: Map<string, string> } | undefined;
  #values: DataEffect[] = [];

  constructor(session: Session, reader: Reader, engine: DatabaseEngine, version: string, schema: Schema) {
    this.#session = session;
    this.#reader = reader;
    this.#engine = engine;
    this.#version = version;
    this.#schema = schema;
  }

  /** Called before each statement, inside its transaction. */
  async before(sql: string): Promise<void> {
    const prediction = await this.#engine.predict(sql, { schema: this.#schema, version: this.#version, heldLocks: [] });
    if (!this.#step && (!prediction.parsed || prediction.changes.some((change) => TAKES_ROWS.has(change.kind))))
      this.#step = { rows: await this.#countRows(this.#schema), renamed: new Map() };
    for (const change of prediction.changes) {
      if (change.kind === 'rename-table') this.#step?.renamed.set(change.relation, change.to);
      if (change.kind === 'drop-column') await this.#countValues(change.relation, change.column);
    }
    this.#schema = prediction.schema;
  }

  /** Called after a step has ended. A rebuilt or renamed table that ends with its rows has lost none. */
  async endOfStep(): Promise<readonly DataEffect[]> {
    const effects = this.#values;
    this.#values = [];
    if (!this.#step) return effects;
    const { rows, renamed } = this.#step;
    this.#step = undefined;
    this.#schema = await this.#engine.inspect(this.#reader);
    const now = await this.#countRows(this.#schema);
    for (const [table, before] of rows) {
      const after = now.get(table) ?? now.get(renamed.get(table) ?? '') ?? 0;
      if (after < before) effects.push({ table, rowsDeleted: before - after });
    }
    return effects;
  }

  async #countValues(relation: string, column: string): Promise<void> {
    // Relations are spelled as in ids.
    const table = this.#tables(this.#schema).find((one) => one.id === `table:${relation}`);
    if (!table || !this.#schema.objects.has(childId(table.id, 'column', column))) return;
    const [row] = await this.#session.query(`SELECT count(${this.#engine.quote(column)}) AS n FROM ${table.quoted}`);
    const valuesLost = Number(row?.n ?? 0);
    if (valuesLost > 0) this.#values.push({ table: relation, column, valuesLost });
  }

  async #countRows(schema: Schema): Promise<Map<string, number>> {
    const tables = this.#tables(schema).filter(({ id }) => schema.objects.get(id)?.createdHere !== true);
    const counts = new Map<string, number>();
    for (let from = 0; from < tables.length; from += TABLES_PER_QUERY) {
      const some = tables.slice(from, from + TABLES_PER_QUERY);
      const sql = some
        .map(({ quoted }, index) => `SELECT ${index} AS position, count(*) AS n FROM ${quoted}`)
        .join(' UNION ALL ');
      for (const row of await this.#session.query(sql))
        counts.set(some[Number(row.position)]?.label ?? '', Number(row.n));
    }
    return counts;
  }

  #tables(schema: Schema): readonly { id: string; label: string; quoted: string }[] {
    return [...schema.objects.keys()].flatMap((text) => {
      const id = parseObjectId(text);
      if (id.kind !== 'table' || id.child) return [];
      return [
        {
          id: text,
          label: text.slice('table:'.length),
          quoted: id.name.map((part) => this.#engine.quote(part)).join('.'),
        },
      ];
    });
  }
}
