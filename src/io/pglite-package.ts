import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of a bundled entry point, found from the package's root: the same file whether this code runs from src/ or from dist/. */
export function bundledEntry(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('lockkeeper was moved out of its package');
    folder = parent;
  }
  return join(folder, 'dist', `${name}.js`);
}
