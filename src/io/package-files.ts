import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of a bundled entry point: the same file whether this code runs from src/ or from dist/. */
export function bundledEntry(name: string): string {
  return join(packageFolder(), 'dist', `${name}.js`);
}

/** Where `node` finds the program. */
export function programPath(): string {
  return bundledEntry('main');
}

/** Text of a file that comes with lockkeeper, such as `prompts/db-migrate.md`; undefined where this package has none. */
export async function packageFile(path: string): Promise<string | undefined> {
  return await readFile(join(packageFolder(), path), 'utf8').catch(() => undefined);
}

/** Files in a folder that comes with lockkeeper, however deep, as paths from the package's root. */
export async function packageFiles(folder: string): Promise<readonly string[]> {
  const root = packageFolder();
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .split('\\')
        .join('/'),
    )
    .sort();
}

function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('lockkeeper was moved out of its package');
    folder = parent;
  }
  return folder;
}
