import type { Reader } from '../../../core/ports.ts';

/** One row of a catalogue query, read as JSON so that no driver's type parsers come between. */
export type Fact = Readonly<Record<string, unknown>>;

/** Reads facts about the catalogue, spelled the same whatever the session's settings are. */
export interface Catalogue {
  /** `server_version_num`, such as 150018. */
  readonly version: number;
  /** Relation names left out, such as `public._migrations`. */
  readonly exclude: ReadonlySet<string>;
  facts(select: string): Promise<readonly Fact[]>;
}

// The server's deparse functions obey these settings (ruleutils.c: names visible on the search path lose their schema; constants
// go through their type's output function). An empty path gives full names. `true` keeps it to the transaction at hand.
const CANONICAL = `WITH canonical AS (SELECT
  set_config('search_path', '', true), set_config('quote_all_identifiers', 'off', true), set_config('DateStyle', 'ISO, YMD', true),
  set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '3', true),
  set_config('TimeZone', 'UTC', true), set_config('bytea_output', 'hex', true))`;
const SETTINGS = [
  'search_path',
  'quote_all_identifiers',
  'DateStyle',
  'IntervalStyle',
  'extra_float_digits',
  'TimeZone',
  'bytea_output',
];

/** Runs `read` with a catalogue, and puts the session's settings back where the reader's transaction outlives one query. */
export async function withCatalogue<T>(
  reader: Reader,
  exclude: readonly string[],
  read: (catalogue: Catalogue) => Promise<T>,
): Promise<T> {
  const columns = SETTINGS.map((name) => `current_setting('${name}') AS "${name}"`).join(', ');
  const [before] = await reader.query(`SELECT current_setting('server_version_num') AS "version", ${columns}`);
  try {
    return await read({
      version: Number(before?.version),
      exclude: new Set(exclude),
      async facts(select) {
        // The select list is computed above the join with `canonical`, so the settings hold before the first deparse.
        const rows = await reader.query(`${CANONICAL} SELECT row_to_json(fact)::text AS fact FROM (${select}) AS fact`);
        return rows.map((row) => JSON.parse(String(row.fact)) as Fact);
      },
    });
  } finally {
    const restore = SETTINGS.map((name, index) => `set_config('${name}', $${index + 1}, true)`).join(', ');
    await reader.query(
      `SELECT ${restore}`,
      SETTINGS.map((name) => before?.[name] ?? ''),
    );
  }
}

/** Condition on a namespace alias: the user's own schemas. */
export const OWN_SCHEMA = (namespace: string): string =>
  `${namespace}.nspname !~ '^pg_' AND ${namespace}.nspname <> 'information_schema'`;

/** Condition: the object was not made by an extension. */
export const NOT_OF_EXTENSION = (catalogue: string, oid: string): string =>
  `${oid} NOT IN (SELECT objid FROM pg_catalog.pg_depend WHERE classid = 'pg_catalog.${catalogue}'::regclass AND deptype = 'e')`;

/** A fact's field as text; undefined for SQL's NULL. */
export function text(fact: Fact, field: string): string | undefined {
  const value = fact[field];
  return value === null || value === undefined ? undefined : String(value);
}

/** The given properties without those that are absent, false or null: what is not there says nothing. */
export function present(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined && value !== null && value !== false),
  );
}
