import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of test vectors beside the project; undefined where this machine has none. On CI it must be there. */
export function sharedFolder(): string | undefined {
  const folder = fileURLToPath(new URL('../../../shared', import.meta.url));
  if (existsSync(folder)) return folder;
  if (process.env.CI) throw new Error(`${folder} is missing: the corpora were not checked`);
  return undefined;
}
