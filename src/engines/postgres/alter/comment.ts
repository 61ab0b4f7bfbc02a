import { formatObjectId, parseObjectId } from '../../../core/object-id.ts';
import type { SchemaObject } from '../../../core/schema.ts';
import { childNameOf, kindOf, nameOf, quoteName, quoteText } from '../names.ts';

const CONSTRAINTS = ['primary-key', 'unique', 'check', 'foreign-key', 'exclusion'];

/** COMMENT ON, where the remark differs. */
export function commentOn(id: string, from: SchemaObject, to: SchemaObject): readonly string[] {
  if (from.comment === to.comment) return [];
  return [`COMMENT ON ${spelled(id)} IS ${to.comment === undefined ? 'NULL' : quoteText(String(to.comment))}`];
}

/** An object as COMMENT ON and DROP name it: `COLUMN public.users.email`, `TRIGGER stamp ON public.users`. */
export function spelled(id: string): string {
  const kind = kindOf(id);
  const parsed = parseObjectId(id);
  const name = nameOf(parsed);
  if (kind === 'column') return `COLUMN ${name}.${childNameOf(id)}`;
  if (CONSTRAINTS.includes(kind)) return `CONSTRAINT ${childNameOf(id)} ON ${name}`;
  if (kind === 'index') {
    return `INDEX ${nameOf(formatObjectId({ kind, name: [...parsed.name.slice(0, -1), parsed.child?.name ?? ''] }))}`;
  }
  if (kind === 'enum' || kind.endsWith('-type')) return `TYPE ${name}`;
  if (parsed.child) return `${kind.toUpperCase()} ${quoteName(parsed.child.name)} ON ${name}`;
  const signature = parsed.signature === undefined ? '' : `(${parsed.signature})`;
  return `${kind.toUpperCase().replaceAll('-', ' ')} ${name}${signature}`;
}
