import type { EngineId } from '../core/ids.ts';
import { parseObjectId } from '../core/object-id.ts';
import { plain } from '../core/untrusted.ts';

/** Words that cannot stand for a name without quotes: PostgreSQL's reserved ones (appendix C), which cover SQLite's common ones. */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_date
  current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign
  from grant group having in index initially intersect into key lateral leading limit localtime localtimestamp not null offset on only
  or order placing primary references returning select session_user some symmetric table then to trailing transaction trigger true
  union unique user using values variadic when where window with`.split(/\s+/),
);

/** A name as SQL, quoted where it must be. */
export function quoteName(engine: EngineId, name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name)) return name;
  const mark = engine === 'mysql' || engine === 'mariadb' ? '`' : '"';
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}

/** A relation as SQL. Changes spell relations as object ids do: `public.users`, `public."Users"`. */
export function quoteRelation(engine: EngineId, relation: string): string {
  return partsOf(relation)
    .map((part) => quoteName(engine, part))
    .join('.');
}

/** The relation's own name, without its schema. */
export function bareName(relation: string): string {
  return partsOf(relation).at(-1) ?? relation;
}

/** A name for a sentence. */
export function shown(name: string): string {
  return plain(name);
}

function partsOf(relation: string): readonly string[] {
  try {
    return parseObjectId(`table:${relation}`).name;
  } catch {
    // "every table" and the like stand for no single relation.
    return [relation];
  }
}
