import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userFolder } from './user-folder.ts';

/** Long enough that nothing which still runs is taken for something left behind. */
const LEFT_BEHIND_MS = 60 * 60_000;

/** Whether files can be written in a folder. */
export async function isWritable(path: string): Promise<boolean> {
  return await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The seal key's place, and its mode where it exists. */
export async function sealKeyHealth(): Promise<{
  readonly path: string;
  readonly mode?: number;
  readonly bytes?: number;
}> {
  const path = join(userFolder(), 'seal.key');
  const found = await stat(path).catch(() => undefined);
  return found ? { path, mode: found.mode & 0o777, bytes: found.size } : { path };
}

/** Folders that lockkeeper made for shadows and rehearsals and that nobody took away, as after kill -9. */
export async function leftoverFolders(now = Date.now()): Promise<readonly string[]> {
  const names = (await readdir(tmpdir()).catch(() => [])).filter((name) =>
    /^lockkeeper-([0-9a-f]{8}-\d+-\d*-)?[A-Za-z0-9]{6}$/.test(name),
  );
  const old: string[] = [];
  for (const name of names) {
    const found = await stat(join(tmpdir(), name)).catch(() => undefined);
    if (found?.isDirectory() && now - found.mtimeMs > LEFT_BEHIND_MS) old.push(join(tmpdir(), name));
  }
  return old;
}
