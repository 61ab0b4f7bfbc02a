import type { WorkspaceFiles } from '../../core/ports.ts';
import { nameOf } from '../file-index.ts';

/** Beyond this many files their names' order has to do; reading them all would make detection slow. */
const READ_LIMIT = 1_500;

/** Revision files from the first to the last: Alembic's order stands in `down_revision`, not in the names. */
export async function inOrder(files: WorkspaceFiles, paths: readonly string[]): Promise<readonly string[]> {
  const names = paths.map((path) => nameOf(path).replace(/\.py$/, ''));
  if (paths.length > READ_LIMIT) return names.sort();
  const byId = new Map<string, { readonly name: string; readonly after: readonly string[] }>();
  for (const [at, path] of paths.entries()) {
    const text = (await files.read(path)) ?? '';
    const id = /^revision\s*(?::[^=]+)?=\s*['"]([^'"]+)['"]/m.exec(text)?.[1];
    // Python files that are no revision lie about in some folders.
    if (id === undefined) continue;
    const after = /^down_revision\s*(?::[^=]+)?=\s*(\([^)]*\)|\[[^\]]*\]|[^\n]*)/m.exec(text)?.[1] ?? '';
    byId.set(id, {
      name: names[at] as string,
      after: [...after.matchAll(/['"]([^'"]+)['"]/g)].map((match) => match[1] as string),
    });
  }
  const ordered = new Set<string>();
  for (const start of byId.keys()) visit(start, byId, ordered);
  return [...ordered].map((id) => byId.get(id)?.name ?? id);
}

/** Parents first, without recursion: chains of a thousand revisions exist. */
function visit(
  start: string,
  byId: ReadonlyMap<string, { readonly after: readonly string[] }>,
  ordered: Set<string>,
): void {
  const stack = [start];
  const open = new Set<string>();
  while (stack.length > 0) {
    const id = stack.at(-1) as string;
    const waiting = (byId.get(id)?.after ?? []).filter(
      (parent) => byId.has(parent) && !ordered.has(parent) && !open.has(parent),
    );
    open.add(id);
    if (waiting.length > 0) stack.push(...waiting);
    else {
      ordered.add(id);
      stack.pop();
    }
  }
}
