/** Where things stand in the order if nothing else decides: what is needed most comes first. */
const RANKS = [
  'schema',
  'extension',
  'enum',
  'composite-type',
  'range-type',
  'domain',
  'sequence',
  'table',
  'column',
  'primary-key',
  'unique',
  'exclusion',
  'index',
  'check',
  'foreign-key',
  'statistics',
  'view',
  'materialized-view',
  'aggregate',
  // Functions whose body is a text name what they use only there: they come after everything they could name.
  'function',
  'procedure',
  'rule',
  'trigger',
  'policy',
];

/** Orders ids so that what an id needs comes before it; ties and circles are broken by kind, then by the given order. */
export function inOrder(
  ids: readonly string[],
  kind: (id: string) => string,
  needs: (id: string) => Iterable<string>,
): readonly string[] {
  const rank = (id: string) => {
    const at = RANKS.indexOf(kind(id));
    return at < 0 ? RANKS.length : at;
  };
  const sorted = [...ids].sort((a, b) => rank(a) - rank(b));
  const waiting = new Map<string, Set<string>>();
  const wantedBy = new Map<string, string[]>();
  const all = new Set(ids);
  for (const id of sorted) {
    const open = new Set([...needs(id)].filter((needed) => needed !== id && all.has(needed)));
    waiting.set(id, open);
    for (const needed of open) wantedBy.set(needed, [...(wantedBy.get(needed) ?? []), id]);
  }
  const result: string[] = [];
  while (waiting.size > 0) {
    const next = sorted.find((id) => waiting.get(id)?.size === 0) ?? sorted.find((id) => waiting.has(id));
    if (next === undefined) break;
    result.push(next);
    waiting.delete(next);
    for (const id of wantedBy.get(next) ?? []) waiting.get(id)?.delete(next);
  }
  return result;
}
