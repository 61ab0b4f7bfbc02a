import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, platform } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { LockkeeperError } from '../core/errors.ts';

/** The user's configuration folder: outside every workspace, so that what an assistant may edit there cannot forge a consent. */
export function userFolder(): string {
  if (process.env.XDG_CONFIG_HOME) return join(process.env.XDG_CONFIG_HOME, 'lockkeeper');
  if (platform() === 'win32' && process.env.APPDATA) return join(process.env.APPDATA, 'lockkeeper');
  return join(homedir(), '.config', 'lockkeeper');
}

/**
 * True where the user's folder was led into the folder, by its own name or through links. Its usual place counts as outside: a person may
 * work in their home folder.
 */
export function userFolderIsInside(folder: string): boolean {
  if (resolve(userFolder()) === join(homedir(), '.config', 'lockkeeper')) return false;
  let there = resolve(userFolder());
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const way = relative(folder, realpathSync(there));
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

/** The key that seals consents and the audit trail's head. Made once, mode 0600. */
export function sealKey(): Buffer {
  const path = join(userFolder(), 'seal.key');
  try {
    if (!existsSync(path)) makeKey(path);
    const key = readFileSync(path);
    if (key.length !== 32) throw new Error(`${key.length} bytes`);
    return key;
  } catch (error) {
    throw new LockkeeperError(
      'STATE.UNUSABLE',
      `The key in ${path} cannot be read or made, so no consent could be sealed. Nothing was begun. Make the folder writable for you, or move the file aside if it is damaged (consents given so far then no longer count).`,
      { cause: error },
    );
  }
}

/** Written whole under another name and then linked, so that two processes at once agree on one key. */
function makeKey(path: string): void {
  mkdirSync(userFolder(), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, randomBytes(32), { mode: 0o600 });
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A small note kept beside the key, replaced whole. */
export function readUserNote(name: string): string | undefined {
  try {
    return readFileSync(join(userFolder(), name), 'utf8');
  } catch {
    return undefined;
  }
}

export function writeUserNote(name: string, contents: string): void {
  mkdirSync(userFolder(), { recursive: true, mode: 0o700 });
  const draft = join(userFolder(), `${name}.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(draft, contents, { mode: 0o600 });
  renameSync(draft, join(userFolder(), name));
}
