import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolder } from './shared.ts';

export interface DiffPair {
  readonly source: string;
  readonly case: string;
  readonly before: string;
  readonly after: string;
  readonly expected?: string;
  readonly noop?: boolean;
  readonly needs_roles?: readonly string[];
  readonly roles?: readonly string[];
  readonly creates_roles?: boolean;
}

/** Pairs of schema states from other projects' test suites, of the sources whose name starts with `prefix`. */
export function diffPairs(prefix: string): readonly DiffPair[] {
  const shared = sharedFolder();
  if (shared === undefined) return [];
  const folder = join(shared, 'corpora/diffpairs');
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.jsonl'))
    .sort()
    .flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ ...(JSON.parse(line) as DiffPair), source: file.replace('.jsonl', '') })),
    );
}
