import { type ObjectId, parseObjectId } from '../../core/object-id.ts';

// Reserved in at least one of PostgreSQL 11 to 18 (appendix "SQL Key Words", columns reserved and "can be function or type").
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character
  check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role
  current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists
  extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int
  integer intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp merge_action
  national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
  placing position precision primary real references returning right row select session_user setof similar smallint some
  substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique user using
  values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces
  xmlparse xmlpi xmlroot xmlserialize xmltable json json_array json_arrayagg json_exists json_object json_objectagg json_query
  json_scalar json_serialize json_table json_value`.split(/\s+/),
);

/** Quotes a name for use in a statement, where it needs it. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text for use in a statement, whatever standard_conforming_strings says. */
export function quoteText(value: string): string {
  const quoted = `'${value.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return value.includes('\\') ? `E${quoted}` : quoted;
}

/** An object's name as a statement spells it: `public."Users"`. For a child, the name of what it lies in. */
export function nameOf(id: string | ObjectId): string {
  return (typeof id === 'string' ? parseObjectId(id) : id).name.map(quoteName).join('.');
}

/** A child's own name as a statement spells it. */
export function childNameOf(id: string): string {
  return quoteName(parseObjectId(id).child?.name ?? '');
}

/** The word an id starts with, or for a child the word after the slash: `table`, `column`, `foreign-key`. */
export function kindOf(id: string): string {
  const parsed = parseObjectId(id);
  return parsed.child?.kind ?? parsed.kind;
}
