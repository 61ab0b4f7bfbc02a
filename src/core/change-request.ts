import { LockkeeperError } from './errors.ts';

export const REFERENCE_ACTIONS = ['no action', 'restrict', 'cascade', 'set null', 'set default'] as const;
export type ReferenceAction = (typeof REFERENCE_ACTIONS)[number];

/** A column to make. `type` and `default` are SQL and checked as such by the engine. */
export interface ColumnRequest {
  readonly column: string;
  readonly type: string;
  /** True unless told otherwise. */
  readonly nullable: boolean;
  readonly default?: string;
}

/** A change stated rather than written. Names are plain, not quoted; a table may be `schema.table`. */
export type ChangeRequest =
  | {
      readonly kind: 'create-table';
      readonly table: string;
      readonly columns: readonly ColumnRequest[];
      readonly primaryKey: readonly string[];
    }
  | { readonly kind: 'drop-table'; readonly table: string }
  | { readonly kind: 'rename-table'; readonly table: string; readonly to: string }
  | ({ readonly kind: 'add-column'; readonly table: string } & ColumnRequest)
  | { readonly kind: 'drop-column'; readonly table: string; readonly column: string }
  | {
      readonly kind: 'rename-column';
      readonly table: string;
      readonly column: string;
      readonly to: string;
      readonly type?: string;
    }
  | { readonly kind: 'change-type'; readonly table: string; readonly column: string; readonly type: string }
  | { readonly kind: 'set-not-null'; readonly table: string; readonly column: string }
  | {
      readonly kind: 'add-index';
      readonly table: string;
      readonly columns: readonly string[];
      readonly unique: boolean;
      readonly name?: string;
      readonly where?: string;
    }
  | { readonly kind: 'drop-index'; readonly table: string; readonly name: string }
  | {
      readonly kind: 'add-foreign-key';
      readonly table: string;
      readonly columns: readonly string[];
      readonly references: { readonly table: string; readonly columns: readonly string[] };
      readonly onDelete?: ReferenceAction;
      readonly onUpdate?: ReferenceAction;
      readonly name?: string;
    }
  | { readonly kind: 'add-check'; readonly table: string; readonly expression: string; readonly name?: string }
  | {
      readonly kind: 'add-unique';
      readonly table: string;
      readonly columns: readonly string[];
      readonly name?: string;
    };

/** One of the releases a change takes where old and new code must both survive it. */
export interface Deploy {
  readonly step: 'expand' | 'backfill' | 'contract';
  readonly title: string;
  readonly sql?: { readonly up: readonly string[]; readonly down: readonly string[] };
  /** One batch of a backfill, to be repeated until it changes no row. */
  readonly batch?: string;
  /** What the application's code must do by then, in words. */
  readonly code: string;
}

/** SQL for a stated change. */
export interface ChangeSql {
  readonly up: readonly string[];
  readonly down: readonly string[];
  readonly reversible: 'yes' | 'schema-only' | 'no';
  /** False where the statements must not share a transaction, or hold their own. */
  readonly transaction: boolean;
  readonly deploys?: readonly Deploy[];
}

type Fields = Readonly<Record<string, unknown>>;

const PARSERS: Readonly<Record<ChangeRequest['kind'], (fields: Fields) => ChangeRequest>> = {
  'create-table': (fields) => ({
    kind: 'create-table',
    table: name(fields, 'table'),
    columns: columnRequests(fields),
    primaryKey: fields.primaryKey === undefined ? [] : names(fields, 'primaryKey'),
  }),
  'drop-table': (fields) => ({ kind: 'drop-table', table: name(fields, 'table') }),
  'rename-table': (fields) => ({ kind: 'rename-table', table: name(fields, 'table'), to: name(fields, 'to') }),
  'add-column': (fields) => ({ kind: 'add-column', table: name(fields, 'table'), ...columnRequest(fields) }),
  'drop-column': (fields) => ({ kind: 'drop-column', ...place(fields) }),
  'rename-column': (fields) => ({
    kind: 'rename-column',
    ...place(fields),
    to: name(fields, 'to'),
    ...optional(fields, 'type'),
  }),
  'change-type': (fields) => ({ kind: 'change-type', ...place(fields), type: text(fields, 'type') }),
  'set-not-null': (fields) => ({ kind: 'set-not-null', ...place(fields) }),
  'add-index': (fields) => ({
    kind: 'add-index',
    table: name(fields, 'table'),
    columns: names(fields, 'columns'),
    unique: truth(fields, 'unique', false),
    ...optional(fields, 'name'),
    ...optional(fields, 'where'),
  }),
  'drop-index': (fields) => ({ kind: 'drop-index', table: name(fields, 'table'), name: name(fields, 'name') }),
  'add-foreign-key': (fields) => {
    const references = record(fields.references, 'references');
    return {
      kind: 'add-foreign-key',
      table: name(fields, 'table'),
      columns: names(fields, 'columns'),
      references: {
        table: name(references, 'table', 'references.'),
        columns: names(references, 'columns', 'references.'),
      },
      ...action(fields, 'onDelete'),
      ...action(fields, 'onUpdate'),
      ...optional(fields, 'name'),
    };
  },
  'add-check': (fields) => ({
    kind: 'add-check',
    table: name(fields, 'table'),
    expression: text(fields, 'expression'),
    ...optional(fields, 'name'),
  }),
  'add-unique': (fields) => ({
    kind: 'add-unique',
    table: name(fields, 'table'),
    columns: names(fields, 'columns'),
    ...optional(fields, 'name'),
  }),
};

/** Reads a change from plain data; throws INPUT.INVALID naming the field that is wrong. */
export function parseChangeRequest(value: unknown): ChangeRequest {
  const fields = record(value, 'change');
  const kind = fields.kind;
  if (typeof kind !== 'string' || !Object.hasOwn(PARSERS, kind)) {
    throw wrong('kind', `one of ${Object.keys(PARSERS).join(', ')}`);
  }
  return PARSERS[kind as ChangeRequest['kind']](fields);
}

/** The error for a field of a change that is not as it must be. */
export function wrong(field: string, expected: string): LockkeeperError {
  return new LockkeeperError('INPUT.INVALID', `change.${field}: expected ${expected}. Nothing was written.`);
}

function record(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(field, 'an object');
  return value as Fields;
}

function text(fields: Fields, field: string, prefix = ''): string {
  const value = fields[field];
  if (typeof value !== 'string' || value.trim() === '' || value.includes('\0'))
    throw wrong(prefix + field, 'a text that is not empty');
  return value;
}

function name(fields: Fields, field: string, prefix = ''): string {
  const value = text(fields, field, prefix);
  // 200 is above every engine's limit with a schema in front; what is longer was never meant as a name.
  if (value.length > 200) throw wrong(prefix + field, 'a name of at most 200 characters');
  return value;
}

function names(fields: Fields, field: string, prefix = ''): readonly string[] {
  const value = fields[field];
  if (!Array.isArray(value) || value.length === 0) throw wrong(prefix + field, 'a list of names that is not empty');
  return value.map((one, index) => name({ [index]: one }, String(index), `${prefix}${field}.`));
}

function truth(fields: Fields, field: string, usual: boolean): boolean {
  const value = fields[field] ?? usual;
  if (typeof value !== 'boolean') throw wrong(field, 'true or false');
  return value;
}

function optional<Name extends 'name' | 'where' | 'type'>(
  fields: Fields,
  field: Name,
): { readonly [key in Name]?: string } {
  return fields[field] === undefined ? {} : ({ [field]: text(fields, field) } as { readonly [key in Name]?: string });
}

function action<Name extends 'onDelete' | 'onUpdate'>(
  fields: Fields,
  field: Name,
): { readonly [key in Name]?: ReferenceAction } {
  const value = fields[field];
  if (value === undefined) return {};
  const known = REFERENCE_ACTIONS.find((one) => one === String(value).toLowerCase());
  if (known === undefined) throw wrong(field, `one of ${REFERENCE_ACTIONS.join(', ')}`);
  return { [field]: known } as { readonly [key in Name]?: ReferenceAction };
}

function place(fields: Fields): { readonly table: string; readonly column: string } {
  return { table: name(fields, 'table'), column: name(fields, 'column') };
}

function columnRequest(fields: Fields, prefix = ''): ColumnRequest {
  const value = fields.default;
  const spelled = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return {
    column: name(fields, 'column', prefix),
    type: text(fields, 'type', prefix),
    nullable: truth(fields, 'nullable', true),
    ...(spelled !== undefined && spelled !== null && { default: text({ default: spelled }, 'default', prefix) }),
  };
}

function columnRequests(fields: Fields): readonly ColumnRequest[] {
  if (!Array.isArray(fields.columns) || fields.columns.length === 0)
    throw wrong('columns', 'a list of columns that is not empty');
  return fields.columns.map((column, index) => columnRequest(record(column, `columns.${index}`), `columns.${index}.`));
}
