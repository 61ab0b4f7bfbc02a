import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from './file-errors.ts';

const folders = new Set<string>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let watching = false;

/** A new folder that only this user may enter, removed at the latest when this process ends; kill -9 leaves it to the system's own tidying. */
export async function privateFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  watch();
  let path: string;
  try {
    // mkdtemp makes it with mode 0700 (mkdtemp(3)).
    path = await mkdtemp(join(tmpdir(), 'lockkeeper-'));
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
