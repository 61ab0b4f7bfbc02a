import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { WorkbenchFiles } from '../core/ports.ts';
import { errorCode, fileError } from './file-errors.ts';
import { fileIdentity } from './file-identity.ts';
import { isAbandoned, ownerTag } from './process-id.ts';

const DRAFT = '.partial-';
const UNCHANGED = 'The database is unchanged.';

/**
 * The workbench's files. Contents are streamed; new files are private; what could not be written whole is removed.
 * None of these may open the file of a SQLite database that a session of this process has open: closing any descriptor of a file
 * drops all of the process's POSIX locks on it (howtocorrupt.html, section 2.2).
 */
export const workbenchFiles: WorkbenchFiles = {
  async exists(path) {
    return await access(path).then(
      () => true,
      () => false,
    );
  },
  size: (path) => guarded(path, async () => (await stat(path)).size),
  sha256: (path) =>
    guarded(path, async () => {
      const hash = createHash('sha256');
      for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
      return hash.digest('hex');
    }),
  copy: (from, to) => guarded(to, () => writeWhole(to, createReadStream(from))),
  write: (path, contents) => guarded(path, () => writeWhole(path, [contents])),
  rename: (from, to) => guarded(to, () => rename(from, to)),
  lines,
  remove: (path) => guarded(path, () => rm(path, { recursive: true, force: true })),
  folder: (path) => guarded(path, async () => void (await mkdir(path, { recursive: true, mode: 0o700 }))),
  draftFolder,
  identity: fileIdentity,
};

async function draftFolder(path: string): Promise<string> {
  const draft = `${path}${DRAFT}${ownerTag()}`;
  await workbenchFiles.folder(draft);
  for (const name of await readdir(dirname(path)))
    if (name.includes(DRAFT) && isAbandoned(name))
      await rm(join(dirname(path), name), { recursive: true, force: true }).catch(() => {});
  return draft;
}

/** Writes a new private file and brings it to the disk; what could not be written whole is removed. */
async function writeWhole(path: string, contents: AsyncIterable<Buffer> | Iterable<string>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of contents) await file.appendFile(piece);
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
}

/** Cut at line feeds only: node:readline also cuts at U+2028, which may stand inside a SQL string. A carriage return stays. */
async function* lines(path: string): AsyncIterable<string> {
  const rest: string[] = [];
  try {
    for await (const piece of createReadStream(path, 'utf8')) {
      const parts = (piece as string).split('\n');
      const last = parts.pop() as string;
      for (const part of parts) {
        yield rest.join('') + part;
        rest.length = 0;
      }
      if (last !== '') rest.push(last);
    }
  } catch (error) {
    throw errorCode(error) === '' ? error : fileError(error, path, UNCHANGED);
  }
  if (rest.length > 0) yield rest.join('');
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw errorCode(error) === '' ? error : fileError(error, path, UNCHANGED);
  }
}
