import type { SchemaObject } from '../../../core/schema.ts';
import { childNameOf, kindOf, nameOf, quoteName, quoteText } from '../names.ts';
import { changeColumn } from './change-column.ts';
import { triggerState } from './create.ts';
import { tableFlags } from './create-table.ts';
import { field, list, optionsClause, sequenceOptions, spellOption } from './describe.ts';

/** Statements that change an object in its place; `replace` where it must go and come back; undefined where we cannot yet. */
export type InPlace = readonly string[] | 'replace' | undefined;
type Change = (id: string, from: SchemaObject, to: SchemaObject) => InPlace;

const same = (from: SchemaObject, to: SchemaObject, ...names: readonly string[]) =>
  names.every((name) => JSON.stringify(from[name]) === JSON.stringify(to[name]));

const validated: Change = (id, from, to) => {
  const bare = (object: SchemaObject) => String(object.definition).replace(/ NOT VALID$/, '');
  return bare(from) === bare(to) && from.notValid && !to.notValid
    ? [`ALTER TABLE ${nameOf(id)} VALIDATE CONSTRAINT ${childNameOf(id)}`]
    : 'replace';
};
const routine: Change = (_id, from, to) =>
  same(from, to, 'arguments', 'returns') ? [String(to.definition)] : 'replace';

const CHANGE: Readonly<Record<string, Change>> = {
  extension: (id, _from, to) => [`ALTER EXTENSION ${nameOf(id)} SET SCHEMA ${quoteName(String(to.schema))}`],
  enum: addLabels,
  domain: changeDomain,
  'composite-type': () => 'replace',
  'range-type': () => 'replace',
  sequence: changeSequence,
  table: changeTable,
  column: changeColumn,
  'primary-key': validated,
  unique: validated,
  check: validated,
  'foreign-key': validated,
  exclusion: validated,
  index: () => 'replace',
  view: changeView,
  'materialized-view': () => 'replace',
  function: routine,
  procedure: routine,
  trigger: (id, from, to) => (same(from, to, 'definition') ? triggerState(id, to, from) : 'replace'),
  policy: () => 'replace',
  rule: () => 'replace',
  statistics: () => 'replace',
};

/** How an object changes in its place, its comment left aside. */
export function changeInPlace(id: string, from: SchemaObject, to: SchemaObject): InPlace {
  const { comment: _from, inherited: wasInherited, ...before } = from;
  const { comment: _to, inherited, ...after } = to;
  if (same({ before }, { before: after }, 'before')) return [];
  // Changes with the parent's, by the statement that changes that.
  if (wasInherited && inherited) return [];
  return CHANGE[kindOf(id)]?.(id, before, after);
}

function addLabels(id: string, from: SchemaObject, to: SchemaObject): InPlace {
  const before = list(from, 'labels');
  const after = list(to, 'labels');
  // A value cannot be dropped, nor moved.
  if (before.join('\u0000') !== after.filter((label) => before.includes(label)).join('\u0000')) return 'replace';
  const statements: string[] = [];
  after.forEach((label, index) => {
    if (before.includes(label)) return;
    const previous = after[index - 1];
    const place =
      previous !== undefined ? ` AFTER ${quoteText(previous)}` : before[0] ? ` BEFORE ${quoteText(before[0])}` : '';
    statements.push(`ALTER TYPE ${nameOf(id)} ADD VALUE ${quoteText(label)}${place}`);
  });
  return statements;
}

function changeDomain(id: string, from: SchemaObject, to: SchemaObject): InPlace {
  if (!same(from, to, 'base', 'collation')) return 'replace';
  const alter = `ALTER DOMAIN ${nameOf(id)}`;
  const before = (from.checks ?? {}) as Record<string, string>;
  const after = (to.checks ?? {}) as Record<string, string>;
  const statements: string[] = [];
  for (const [name, check] of Object.entries(before)) {
    if (after[name] !== check) statements.push(`${alter} DROP CONSTRAINT ${quoteName(name)}`);
  }
  if (from.default !== to.default) {
    statements.push(to.default === undefined ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${to.default}`);
  }
  if (from.notNull !== to.notNull) statements.push(`${alter} ${to.notNull ? 'SET' : 'DROP'} NOT NULL`);
  for (const [name, check] of Object.entries(after)) {
    if (before[name] !== check) statements.push(`${alter} ADD CONSTRAINT ${quoteName(name)} ${check}`);
  }
  return statements;
}

function changeSequence(id: string, from: SchemaObject, to: SchemaObject): InPlace {
  const statements: string[] = [];
  const { ownedBy: _from, ...before } = from;
  const { ownedBy: _to, ...after } = to;
  if (!same({ before }, { before: after }, 'before')) {
    const type = from.type === to.type ? '' : ` AS ${to.type}`;
    const cycle = from.cycle && !to.cycle ? ' NO CYCLE' : '';
    statements.push(`ALTER SEQUENCE ${nameOf(id)}${type} ${sequenceOptions(to)}${cycle}`);
    if (from.unlogged !== to.unlogged) {
      statements.push(`ALTER SEQUENCE ${nameOf(id)} SET ${to.unlogged ? 'UNLOGGED' : 'LOGGED'}`);
    }
  }
  return statements;
}

function changeTable(id: string, from: SchemaObject, to: SchemaObject): InPlace {
  if (!same(from, to, 'partitionBy')) return undefined;
  const name = nameOf(id);
  const statements: string[] = [];
  // Leaving a parent comes before anything is dropped; joining one, here.
  if (to.partitionOf && !same(from, to, 'partitionOf', 'bound')) {
    statements.push(`ALTER TABLE ${nameOf(String(to.partitionOf))} ATTACH PARTITION ${name} ${to.bound}`);
  }
  for (const parent of list(to, 'inherits').filter((other) => !list(from, 'inherits').includes(other))) {
    statements.push(`ALTER TABLE ${name} INHERIT ${nameOf(parent)}`);
  }
  if (from.persistence !== to.persistence) {
    statements.push(`ALTER TABLE ${name} SET ${to.persistence === 'unlogged' ? 'UNLOGGED' : 'LOGGED'}`);
  }
  const before = list(from, 'options');
  const after = list(to, 'options');
  const nameOfOption = (option: string) => option.slice(0, option.indexOf('='));
  const gone = before.map(nameOfOption).filter((option) => !after.map(nameOfOption).includes(option));
  const set = after.filter((option) => !before.includes(option));
  if (gone.length > 0) statements.push(`ALTER TABLE ${name} RESET (${gone.join(', ')})`);
  if (set.length > 0) statements.push(`ALTER TABLE ${name} SET (${set.map(spellOption).join(', ')})`);
  return [...statements, ...tableFlags(name, from, to)];
}

function changeView(id: string, from: SchemaObject, to: SchemaObject): InPlace {
  const before = list(from, 'columns');
  const after = list(to, 'columns');
  // CREATE OR REPLACE keeps privileges and dependents, and can only add columns at the end.
  const extends_ = before.every((column, index) => column === after[index]);
  if (!extends_) return 'replace';
  return [`CREATE OR REPLACE VIEW ${nameOf(id)}${optionsClause(list(to, 'options'))} AS\n${field(to, 'definition')}`];
}
