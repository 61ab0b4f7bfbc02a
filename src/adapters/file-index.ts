import { posix } from 'node:path';
import type { WorkspaceFiles } from '../core/ports.ts';

/** The workspace's paths sorted into drawers once, so that twelve detectors need not look through all of them twelve times. */
export interface FileIndex {
  /** Paths whose last part is exactly this. */
  named(name: string): readonly string[];
  /** Paths that end in one of these, given without the dot. */
  ending(...endings: readonly string[]): readonly string[];
  /** Paths of files that are called some kind of configuration. */
  readonly configs: readonly string[];
  /** Names of the files directly in a folder, sorted. */
  inFolder(folder: string): readonly string[];
  /** Names of the folders directly in a folder, sorted. */
  foldersIn(folder: string): readonly string[];
  has(path: string): boolean;
  /** True where anything lies under this folder. */
  hasFolder(folder: string): boolean;
  /** Every folder that holds something, `.` among them. */
  readonly folders: readonly string[];
}

const CONFIG = /config|knexfile|^prisma\.[mc]?[tj]s$/i;

const indexes = new WeakMap<WorkspaceFiles, FileIndex>();

export function indexOf(files: WorkspaceFiles): FileIndex {
  let index = indexes.get(files);
  if (!index) {
    index = build(files.paths);
    indexes.set(files, index);
  }
  return index;
}

function build(paths: readonly string[]): FileIndex {
  // Most names occur once, and tens of thousands of arrays with one element would cost more than all the detectors.
  const byName = new Map<string, string | string[]>();
  const byEnding = new Map<string, string[]>();
  const byFolder = new Map<string, string[]>();
  const subfolders = new Map<string, Set<string>>();
  const configs: string[] = [];
  let folder = '';
  let inside: string[] = [];
  for (const path of paths) {
    const slash = path.lastIndexOf('/');
    const name = slash < 0 ? path : path.slice(slash + 1);
    const own = slash < 0 ? '.' : path.slice(0, slash);
    if (own !== folder) {
      folder = own;
      if (!byFolder.has(folder)) registerFolder(folder, subfolders);
      inside = entryOf(byFolder, folder);
    }
    inside.push(name);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, path);
    else if (typeof known === 'string') byName.set(name, [known, path]);
    else known.push(path);
    const dot = name.lastIndexOf('.');
    if (dot >= 0) entryOf(byEnding, name.slice(dot + 1).toLowerCase()).push(path);
    if (CONFIG.test(name)) configs.push(path);
  }
  const has = (path: string) => path !== '' && holds(byFolder.get(parentOf(path)) ?? [], nameOf(path));
  return {
    named: (name) => [byName.get(name) ?? []].flat(),
    ending: (...endings) => endings.flatMap((ending) => byEnding.get(ending) ?? []),
    configs,
    inFolder: (wanted) => byFolder.get(wanted) ?? [],
    foldersIn: (wanted) => [...(subfolders.get(wanted) ?? [])].sort(),
    has,
    hasFolder: (wanted) => byFolder.has(wanted) || subfolders.has(wanted),
    folders: [...new Set([...byFolder.keys(), ...subfolders.keys()])],
  };
}

function entryOf(map: Map<string, string[]>, key: string): string[] {
  let values = map.get(key);
  if (!values) {
    values = [];
    map.set(key, values);
  }
  return values;
}

/** Names are sorted, so halving finds one. */
function holds(names: readonly string[], name: string): boolean {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] as string) < name) low = middle + 1;
    else high = middle;
  }
  return names[low] === name;
}

function registerFolder(folder: string, subfolders: Map<string, Set<string>>): void {
  for (let child = folder; child !== '.'; ) {
    const parent = parentOf(child);
    const known = subfolders.get(parent);
    const name = child.slice(child.lastIndexOf('/') + 1);
    if (known?.has(name)) return;
    if (known) known.add(name);
    else subfolders.set(parent, new Set([name]));
    child = parent;
  }
}

/** Folder of a path; `.` at the top. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

/** Last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path as seen from a folder, both relative to the workspace; undefined where it leads out of the workspace. */
export function pathFrom(folder: string, path: string): string | undefined {
  const joined = posix.normalize(posix.join(folder, path.replaceAll('\\', '/'))).replace(/(.)\/$/, '$1');
  return joined === '..' || joined.startsWith('../') || posix.isAbsolute(path) ? undefined : joined;
}

/** True for the folder itself and everything under it. */
export function isUnder(folder: string, path: string): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`);
}

/** A folder and those above it, up to the workspace. */
export function upwards(folder: string): readonly string[] {
  const folders = [folder];
  for (let above = folder; above !== '.'; folders.push(above)) above = parentOf(above);
  return folders;
}

/** Nearest folder upwards that holds one of these files. */
export function nearestWith(index: FileIndex, folder: string, ...names: readonly string[]): string | undefined {
  return upwards(folder).find((above) => names.some((name) => index.has(pathFrom(above, name) ?? '')));
}

/** Folders with only somebody's test data in them: a setup found there is not one to run. */
export function isTestData(path: string): boolean {
  return /(^|\/)(tests?|__tests__|spec|e2e|fixtures?|__fixtures__|testdata|test[-_]data|test[-_]fixtures|__mocks__|mocks)(\/|$)/i.test(
    path,
  );
}
