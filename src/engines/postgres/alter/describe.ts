import type { SchemaObject } from '../../../core/schema.ts';
import { quoteText } from '../names.ts';

/** A field as text, or undefined where the object does not have it. */
export function field(object: SchemaObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}

/** A field as a list of texts. */
export function list(object: SchemaObject, name: string): readonly string[] {
  const value = object[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** `WITH (…)` from the server's `name=value` texts. */
export function optionsClause(options: readonly string[]): string {
  return options.length === 0 ? '' : ` WITH (${options.map(spellOption).join(', ')})`;
}

/** One storage option as a statement spells it. */
export function spellOption(option: string): string {
  const at = option.indexOf('=');
  return `${option.slice(0, at)} = ${quoteText(option.slice(at + 1))}`;
}

/** A column as CREATE TABLE and ADD COLUMN spell it, after its name. */
export function columnClause(column: SchemaObject): string {
  const generated = column.generated as { expression: string; kind: string } | undefined;
  const identity = column.identity as Readonly<Record<string, unknown>> | undefined;
  const parts = [String(column.type)];
  if (column.collation) parts.push(`COLLATE ${column.collation}`);
  if (generated) parts.push(`GENERATED ALWAYS AS (${generated.expression}) ${generated.kind.toUpperCase()}`);
  else if (identity) parts.push(identityClause(identity));
  else if (column.default !== undefined) parts.push(`DEFAULT ${column.default}`);
  if (column.notNull) parts.push('NOT NULL');
  return parts.join(' ');
}

/** `GENERATED … AS IDENTITY`, with the sequence options that are not the usual ones. */
export function identityClause(identity: Readonly<Record<string, unknown>>): string {
  const options = sequenceOptions(identity);
  return `GENERATED ${String(identity.kind).toUpperCase()} AS IDENTITY${options === '' ? '' : ` (${options})`}`;
}

/** Sequence options as CREATE and ALTER SEQUENCE spell them; only those the object names. */
export function sequenceOptions(sequence: Readonly<Record<string, unknown>>): string {
  const spelled: string[] = [];
  if (sequence.increment !== undefined) spelled.push(`INCREMENT BY ${sequence.increment}`);
  if (sequence.min !== undefined) spelled.push(`MINVALUE ${sequence.min}`);
  if (sequence.max !== undefined) spelled.push(`MAXVALUE ${sequence.max}`);
  if (sequence.start !== undefined) spelled.push(`START WITH ${sequence.start}`);
  if (sequence.cache !== undefined) spelled.push(`CACHE ${sequence.cache}`);
  if (sequence.cycle) spelled.push('CYCLE');
  return spelled.join(' ');
}
