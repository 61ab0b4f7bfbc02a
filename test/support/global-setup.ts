import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests that start lockkeeper as a program start what a user would start: the bundle. */
export function setup(): void {
  execFileSync(process.execPath, ['build.mjs'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
  });
}
