import { readFileSync, realpathSync } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { LockkeeperError } from '../core/errors.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { plain } from '../core/untrusted.ts';
import { openWorkspaceFiles } from './workspace-files.ts';

/** Opens a workspace for detection: all files listed once, read on demand. */
export async function openWorkspace(root: string): Promise<WorkspaceFiles> {
  try {
    if (!(await lstat(await realpath(root))).isDirectory()) throw unreadable(root, 'it is not a folder');
  } catch (error) {
    if (error instanceof LockkeeperError) throw error;
    throw unreadable(root, codeOf(error));
  }
  return await openWorkspaceFiles(root);
}

/** Absolute real path of a workspace path that may not exist yet; throws WORKSPACE.OUTSIDE where it, or a link on the way, leads out. */
export async function resolveInside(root: string, path: string): Promise<string> {
  const realRoot = realpathSync.native(root);
  if (path.includes('\0')) throw outside(path);
  // A caller may know the root by the name of a link to it.
  const wanted =
    isAbsolute(path) && isWithin(resolve(root), path) ? join(realRoot, relative(resolve(root), path)) : path;
  const absolute = resolve(realRoot, wanted);
  if (!isWithin(realRoot, absolute)) throw outside(path);
  const real = await realpathOfExistingPart(absolute, path);
  if (!isWithin(realRoot, real)) throw outside(path);
  return real;
}

/** Text of a workspace file of any size, without its byte order mark; undefined where there is none. */
export async function readWorkspaceText(root: string, path: string): Promise<string | undefined> {
  const absolute = await resolveInside(root, path);
  let bytes: Buffer;
  try {
    bytes = readFileSync(absolute);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return undefined;
    throw new LockkeeperError(
      'WORKSPACE.UNREADABLE',
      `The file ${plain(path)} cannot be read (${codeOf(error)}). The database was not touched.`,
      { cause: error },
    );
  }
  try {
    // Strips a byte order mark, which database servers take for a syntax error.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LockkeeperError(
      'MIGRATION.INVALID',
      `The file ${plain(path)} is not valid UTF-8: the byte at offset ${firstInvalidByte(bytes)} does not belong there. Nothing of it was run.`,
      { next: [{ kind: 'edit-file', label: `Save ${plain(path)} as UTF-8` }] },
    );
  }
}

/** Names of the files directly in a workspace folder, sorted; empty where there is no such folder. */
export async function listFolder(root: string, path: string): Promise<readonly string[]> {
  const absolute = await resolveInside(root, path);
  try {
    const entries = await readdir(absolute, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => entry.name)
      .sort((a, b) => (a < b ? -1 : 1));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
    throw new LockkeeperError(
      'WORKSPACE.UNREADABLE',
      `The folder ${plain(path)} cannot be read (${codeOf(error)}). The database was not touched.`,
      { cause: error },
    );
  }
}

/** Writes a new file inside the workspace, on disk when this returns; a file that is there already is never changed. */
export async function writeNewFile(root: string, path: string, contents: string): Promise<void> {
  const absolute = await resolveInside(root, path);
  try {
    await mkdir(dirname(absolute), { recursive: true });
    const file = await open(absolute, 'wx', 0o644);
    try {
      await file.writeFile(contents, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function writeFailure(path: string, error: unknown): LockkeeperError {
  const name = plain(path);
  const code = codeOf(error);
  if (code === 'EEXIST')
    return new LockkeeperError('MIGRATION.EXISTS', `The file ${name} is there already. It was not changed.`);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new LockkeeperError('DISK.FULL', `There is no room on the disk for ${name}. The database was not touched.`);
  return new LockkeeperError(
    'WORKSPACE.READ_ONLY',
    `The file ${name} cannot be written (${code}). The database was not touched.`,
    { cause: error },
  );
}

async function realpathOfExistingPart(absolute: string, asked: string): Promise<string> {
  try {
    // Synchronous: a plan resolves thousands of paths, and each takes less time than a turn of the event loop.
    return realpathSync.native(absolute);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw outside(asked);
    if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw unreadable(asked, codeOf(error));
  }
  // A link whose end is missing would be followed by a later write; where it leads cannot be vouched for.
  const dangling = await lstat(absolute).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  );
  if (dangling) throw outside(asked);
  return join(await realpathOfExistingPart(dirname(absolute), asked), basename(absolute));
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function firstInvalidByte(bytes: Buffer): number {
  // Every byte that UTF-8 takes is consumed; what the decoder had accepted before the error is found by halving.
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle + 1), { stream: true });
      low = middle + 1;
    } catch {
      high = middle;
    }
  }
  // A character that was begun and not finished is wrong from its first byte on.
  for (let start = low - 1; start >= Math.max(0, low - 3); start--) {
    const lead = bytes[start] as number;
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (length > low - start) return start;
    if (lead < 0x80 || lead >= 0xc0) break;
  }
  return low;
}

function outside(path: string): LockkeeperError {
  return new LockkeeperError(
    'WORKSPACE.OUTSIDE',
    `The path ${plain(path)} leads out of the workspace. Nothing was read or written there.`,
  );
}

function unreadable(path: string, why: string): LockkeeperError {
  return new LockkeeperError('WORKSPACE.UNREADABLE', `${plain(path)} cannot be read: ${why}.`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
