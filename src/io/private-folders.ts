import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from './file-errors.ts';
import { isAbandoned, ownerTag } from './process-id.ts';

const folders = new Set<string>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let watching = false;

/** A new folder that only this user may enter, removed at the latest when this process ends, or after kill -9 by the next one. */
export async function privateFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  watch();
  let path: string;
  try {
    // mkdtemp makes it with mode 0700 (mkdtemp(3)).
    path = await mkdtemp(join(tmpdir(), `lockkeeper-${ownerTag()}-`));
  } catch (error) {
    throw fileError(error, tmpdir(), 'Nothing was started there; the database is unchanged.');
  }
  folders.add(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      folders.delete(path);
    },
  };
}

/** Removes what processes that were killed have left. */
export async function removeAbandonedFolders(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    if (!name.startsWith('lockkeeper-') || !isAbandoned(name)) continue;
    const path = join(tmpdir(), name);
    const found = await lstat(path).catch(() => undefined);
    if (!found?.isDirectory()) continue;
    if (found.uid === process.getuid?.()) await rm(path, { recursive: true, force: true }).catch(() => {});
    else if (process.getuid?.() === 0) await removeAs(found, path);
  }
}

/** As its owner, who cannot be led to remove anything else: a shadow server's folder is another user's, and anyone can make a name. */
async function removeAs(owner: { readonly uid: number; readonly gid: number }, path: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn('rm', ['-rf', '--', path], { uid: owner.uid, gid: owner.gid, stdio: 'ignore' });
    child.once('error', () => resolve()).once('close', () => resolve());
  });
  await rmdir(path).catch(() => {});
}

function watch(): void {
  if (watching) return;
  watching = true;
  process.once('exit', removeAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function removeAll(): void {
  for (const path of folders) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Nobody is left to tell.
    }
  }
}

function onSignal(signal: NodeJS.Signals): void {
  // Someone else who listens decides what the signal means, and the folders may still be in use until then.
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  process.removeListener(signal, onSignal);
  process.kill(process.pid, signal);
}
