import { parseObjectId } from '../../../core/object-id.ts';
import type { SchemaObject } from '../../../core/schema.ts';
import { childNameOf, nameOf, quoteText } from '../names.ts';
import { columnStorage } from './create-table.ts';
import { identityClause, sequenceOptions } from './describe.ts';

type Identity = Readonly<Record<string, unknown>> | undefined;

/** ALTER COLUMN statements; `replace` only where the column holds nothing of its own (its values are generated). */
export function changeColumn(
  id: string,
  from: SchemaObject,
  to: SchemaObject,
): readonly string[] | 'replace' | undefined {
  if (JSON.stringify(from.generated) !== JSON.stringify(to.generated)) {
    if (to.generated) return from.generated ? 'replace' : undefined;
    // What a stored column holds stays when the rule that filled it goes; a virtual one holds nothing.
    if ((from.generated as { kind: string }).kind !== 'stored') return undefined;
  }
  const alter = `ALTER TABLE ${nameOf(id)} ALTER COLUMN ${childNameOf(id)}`;
  const statements: string[] = [];
  if (from.generated && !to.generated) statements.push(`${alter} DROP EXPRESSION`);
  const retyped = changesType(from, to);
  const before = from.identity as Identity;
  const after = to.identity as Identity;
  // The old default may have no cast to the new type (error "default for column cannot be cast automatically").
  if (from.default !== undefined && (retyped || to.default === undefined)) statements.push(`${alter} DROP DEFAULT`);
  if (retyped) statements.push(`${alter} ${typeClause(id, from, to)}`);
  if (from.notNull !== to.notNull) statements.push(`${alter} ${to.notNull ? 'SET' : 'DROP'} NOT NULL`);
  if (to.default !== undefined && (retyped || from.default !== to.default)) {
    statements.push(`${alter} SET DEFAULT ${to.default}`);
  }
  if (!before && after) {
    const sequence = `pg_catalog.pg_get_serial_sequence(${quoteText(nameOf(id))}, ${quoteText(parseObjectId(id).child?.name ?? '')})`;
    statements.push(`${alter} ADD ${identityClause(after)}`, ...continueAfterRows(id, sequence, after));
  }
  if (before && after && JSON.stringify(before) !== JSON.stringify(after)) {
    statements.push(...changeIdentity(alter, String(to.type), after));
  }
  if (from.storage !== to.storage || from.compression !== to.compression) statements.push(...storage(id, from, to));
  return statements;
}

/** A new counter under old rows would give their numbers out again. */
export function continueAfterRows(
  column: string,
  sequence: string,
  options: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (Number(options.increment ?? 1) < 0) return [];
  const next = `greatest(max(${childNameOf(column)}) + 1, ${options.start ?? 1})`;
  return [`SELECT pg_catalog.setval(${sequence}, ${next}, false) FROM ${nameOf(column)}`];
}

/** True where the column's type or collation differs: views over it must go before and come back after. */
export function changesType(from: SchemaObject, to: SchemaObject): boolean {
  return from.type !== to.type || from.collation !== to.collation;
}

function typeClause(id: string, from: SchemaObject, to: SchemaObject): string {
  const collate = to.collation ? ` COLLATE ${to.collation}` : '';
  // USING goes through text where only text is a way: between two user-made types, such as enums.
  const userMade = (type: unknown) => String(type).includes('.');
  const through = userMade(from.type) && userMade(to.type) ? '::text' : '';
  const using = from.type === to.type || to.generated ? '' : ` USING ${childNameOf(id)}${through}::${to.type}`;
  return `TYPE ${to.type}${collate}${using}`;
}

function changeIdentity(alter: string, type: string, after: Readonly<Record<string, unknown>>): readonly string[] {
  const limits: Readonly<Record<string, string>> = { smallint: '32767', integer: '2147483647' };
  const max = limits[type] ?? '9223372036854775807';
  const usual = { increment: '1', min: '1', max, start: '1', cache: '1' };
  const settings = sequenceOptions({ ...usual, ...after }).split(/ (?=INCREMENT|MINVALUE|MAXVALUE|START|CACHE|CYCLE)/);
  const cycle = after.cycle ? '' : ' SET NO CYCLE';
  return [
    `${alter} SET GENERATED ${String(after.kind).toUpperCase()} ${settings.map((one) => `SET ${one}`).join(' ')}${cycle}`,
  ];
}

function storage(id: string, from: SchemaObject, to: SchemaObject): readonly string[] {
  const alter = `ALTER TABLE ${nameOf(id)} ALTER COLUMN ${childNameOf(id)}`;
  return [
    // SET STORAGE DEFAULT came with PostgreSQL 16; types with a choice at all start out as extended, numeric as main.
    ...(from.storage && !to.storage
      ? [`${alter} SET STORAGE ${/^numeric/.test(String(to.type)) ? 'MAIN' : 'EXTENDED'}`]
      : []),
    ...(from.compression && !to.compression ? [`${alter} SET COMPRESSION default`] : []),
    ...columnStorage(id, to),
  ];
}
