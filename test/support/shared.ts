import { existsSync } from 'node:fs';
import path from 'node:path';

/** Folder with corpora and measured truth, beside the project; undefined where it is missing, which CI does not forgive. */
export function sharedFolder(): string | undefined {
  const folder = path.resolve(import.meta.dirname, '../../../shared');
  if (existsSync(path.join(folder, 'corpora')) && existsSync(path.join(folder, 'truth'))) return folder;
  const message = `corpora suites SKIPPED: ${folder} does not hold corpora/ and truth/, so nothing was compared with measured truth`;
  if (process.env.CI === 'true') throw new Error(message);
  console.warn(`\n*** ${message} ***\n`);
  return undefined;
}
