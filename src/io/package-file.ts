import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Text of a file that is delivered with lockkeeper, such as `prompts/db-migrate.md`, from the bundle and from the sources alike. */
export async function readPackageFile(path: string): Promise<string> {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return readFile(join(folder, path), 'utf8');
}
