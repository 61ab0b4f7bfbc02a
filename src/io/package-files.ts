import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundledEntry } from './pglite-package.ts';

/** Where `node` finds the program. */
export function programPath(): string {
  return bundledEntry('main');
}

function packageFolder(): string {
  return dirname(dirname(programPath()));
}

/** Text of a file that comes with lockkeeper; undefined where this package has none. */
export async function packageFile(path: string): Promise<string | undefined> {
  return await readFile(join(packageFolder(), path), 'utf8').catch(() => undefined);
}

/** Files in a folder that comes with lockkeeper, however deep, as paths from the package's root. */
export async function packageFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(packageFolder(), folder), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(packageFolder().length + 1)
        .split('\\')
        .join('/'),
    )
    .sort();
}
