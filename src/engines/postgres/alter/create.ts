import { parentId, parseObjectId } from '../../../core/object-id.ts';
import type { Schema, SchemaObject } from '../../../core/schema.ts';
import { childNameOf, kindOf, nameOf, quoteName, quoteText } from '../names.ts';
import { commentOn } from './comment.ts';
import { columnStorage, createTable } from './create-table.ts';
import { columnClause, field, list, optionsClause, sequenceOptions } from './describe.ts';

type Create = (id: string, object: SchemaObject, schema: Schema) => readonly string[] | undefined;

const definition: Create = (_id, object) => {
  const text = field(object, 'definition');
  return text === undefined ? undefined : [text];
};
const constraint: Create = (id, object) => [
  `ALTER TABLE ${nameOf(id)} ADD CONSTRAINT ${childNameOf(id)} ${object.definition}`,
];

const CREATE: Readonly<Record<string, Create>> = {
  schema: (id) => [`CREATE SCHEMA ${nameOf(id)}`],
  extension: (id, object) => [`CREATE EXTENSION ${nameOf(id)} WITH SCHEMA ${quoteName(String(object.schema))}`],
  enum: (id, object) => [`CREATE TYPE ${nameOf(id)} AS ENUM (${list(object, 'labels').map(quoteText).join(', ')})`],
  domain: (id, object) => [createDomain(id, object)],
  'composite-type': (id, object) => [`CREATE TYPE ${nameOf(id)} AS (${list(object, 'attributes').join(', ')})`],
  'range-type': createRange,
  sequence: (id, object) => [
    `CREATE ${object.unlogged ? 'UNLOGGED ' : ''}SEQUENCE ${nameOf(id)} AS ${object.type} ${sequenceOptions(object)}`,
  ],
  table: (id, _object, schema) => createTable(id, schema),
  column: (id, object) => [
    `ALTER TABLE ${nameOf(id)} ADD COLUMN ${childNameOf(id)} ${columnClause(object)}`,
    ...columnStorage(id, object),
  ],
  'primary-key': constraint,
  unique: constraint,
  check: constraint,
  'foreign-key': constraint,
  exclusion: constraint,
  index: createIndex,
  view: (id, object) => [`CREATE VIEW ${nameOf(id)}${optionsClause(list(object, 'options'))} AS\n${object.definition}`],
  'materialized-view': (id, object) => [
    `CREATE MATERIALIZED VIEW ${nameOf(id)}${optionsClause(list(object, 'options'))} AS\n${object.definition}`,
  ],
  function: definition,
  procedure: definition,
  rule: definition,
  statistics: definition,
  trigger: (id, object) => [String(object.definition), ...triggerState(id, object)],
  policy: createPolicy,
};

/** Statements that make an object which is not there; undefined where we cannot yet. */
export function createStatements(id: string, schema: Schema): readonly string[] | undefined {
  const object = schema.objects.get(id);
  const statements = object && CREATE[kindOf(id)]?.(id, object, schema);
  if (object === undefined || statements === undefined) return undefined;
  return [...statements, ...commentOn(id, {}, object), ...(kindOf(id) === 'table' ? commentsInside(id, schema) : [])];
}

/** Whether a trigger fires, where that is not as usual. */
export function triggerState(id: string, object: SchemaObject, from: SchemaObject = {}): readonly string[] {
  if (from.state === object.state) return [];
  const words: Readonly<Record<string, string>> = {
    disabled: 'DISABLE',
    replica: 'ENABLE REPLICA',
    always: 'ENABLE ALWAYS',
  };
  return [`ALTER TABLE ${nameOf(id)} ${words[String(object.state)] ?? 'ENABLE'} TRIGGER ${childNameOf(id)}`];
}

function commentsInside(table: string, schema: Schema): readonly string[] {
  return [...schema.objects]
    .filter(
      ([id]) =>
        id.startsWith(`${table}/`) && ['column', 'primary-key', 'unique', 'check', 'exclusion'].includes(kindOf(id)),
    )
    .flatMap(([id, object]) => (object.notValid ? [] : commentOn(id, {}, object)));
}

function createDomain(id: string, object: SchemaObject): string {
  const checks = Object.entries((object.checks ?? {}) as Record<string, string>);
  return [
    `CREATE DOMAIN ${nameOf(id)} AS ${object.base}`,
    object.collation ? ` COLLATE ${object.collation}` : '',
    object.default === undefined ? '' : ` DEFAULT ${object.default}`,
    object.notNull ? ' NOT NULL' : '',
    ...checks.map(([name, check]) => ` CONSTRAINT ${quoteName(name)} ${check}`),
  ].join('');
}

function createRange(id: string, object: SchemaObject): readonly string[] | undefined {
  const range = object.range as { subtype: string; canonical: string; difference: string } | undefined;
  // A canonical function takes the type itself and so needs a shell type first.
  if (range === undefined || range.canonical !== '-') return undefined;
  const difference = range.difference === '-' ? '' : `, subtype_diff = ${range.difference}`;
  return [`CREATE TYPE ${nameOf(id)} AS RANGE (subtype = ${range.subtype}${difference})`];
}

function createIndex(id: string, object: SchemaObject): readonly string[] | undefined {
  if (object.invalid) return undefined;
  // The server spells a partitioned table's index with ONLY, which would leave the partitions without.
  const text = String(object.definition).replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|\S+) ON) ONLY /, '$1 ');
  const table = nameOf(parentId(id));
  return [
    text,
    ...(object.clustered ? [`ALTER TABLE ${table} CLUSTER ON ${childNameOf(id)}`] : []),
    ...(object.replicaIdentity ? [`ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${childNameOf(id)}`] : []),
  ];
}

function createPolicy(id: string, object: SchemaObject): readonly string[] {
  const roles = list(object, 'roles').map((role) => (role === 'public' ? 'PUBLIC' : quoteName(role)));
  return [
    [
      `CREATE POLICY ${childNameOf(id)} ON ${nameOf(id)}`,
      object.restrictive ? ' AS RESTRICTIVE' : '',
      ` FOR ${object.command} TO ${roles.join(', ')}`,
      object.using ? ` USING (${object.using})` : '',
      object.withCheck ? ` WITH CHECK (${object.withCheck})` : '',
    ].join(''),
  ];
}

/** Name of a routine with its argument types, as DROP and COMMENT want it. */
export function routineName(id: string): string {
  return `${nameOf(id)}(${parseObjectId(id).signature ?? ''})`;
}
