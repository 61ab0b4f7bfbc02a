import type pgModule from 'pg';

/** OIDs of pg_type (src/include/catalog/pg_type.dat) whose default parser in pg loses something: precision, time zone, the server's own text. */
const DATES = new Set([1082, 1114, 1184]);
const DATE_ARRAYS = new Set([1182, 1115, 1185]);
const TEXT_ONLY = new Set([600, 718, 1186]);
const TEXT_ONLY_ARRAYS = new Set([1017, 1187, 1231]);
const TEXT_ARRAY = 1009;

type Parser = (text: string) => unknown;

/** Values as plain data: int8 and numeric as strings, dates as ISO 8601 strings, everything without a JavaScript twin as the server's text. */
export function plainTypes(types: typeof pgModule.types): typeof pgModule.types.getTypeParser {
  const array = types.getTypeParser(TEXT_ARRAY as number, 'text') as Parser;
  const parserFor = (oid: number, format?: 'text' | 'binary'): unknown => {
    if (DATES.has(oid)) return isoDate;
    if (DATE_ARRAYS.has(oid)) return (text: string) => mapDeep(array(text), isoDate);
    if (TEXT_ONLY.has(oid)) return (text: string) => text;
    if (TEXT_ONLY_ARRAYS.has(oid)) return array;
    return types.getTypeParser(oid, format as 'text');
  };
  return parserFor as typeof pgModule.types.getTypeParser;
}

/** `2026-01-02 03:04:05.6+00` → `2026-01-02T03:04:05.6+00:00`; what is not of this shape (infinity, BC) stays the server's text. */
function isoDate(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::\d\d){0,2})?)?$/.exec(text);
  if (!match) return text;
  const [, date, time, zone] = match;
  if (time === undefined) return text;
  return `${date}T${time}${zone === undefined ? '' : zone.length === 3 ? `${zone}:00` : zone}`;
}

function mapDeep(value: unknown, map: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((inner) => mapDeep(inner, map));
  return typeof value === 'string' ? map(value) : value;
}
