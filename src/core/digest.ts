import { createHash } from 'node:crypto';

export type Digest = `sha256:${string}`;

/** SHA-256 over bytes or over text in UTF-8. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * Digest of plain data that does not depend on the order in which properties were written.
 * Maps are read as objects; undefined properties count as absent.
 */
export function digestOfData(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

/** JSON with sorted keys: equal data gives equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map) return sorted(Object.fromEntries(inner));
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) return sorted(inner);
    return typeof inner === 'bigint' ? inner.toString() : inner;
  });
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
