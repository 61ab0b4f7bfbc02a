import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { WorkspaceFiles } from '../core/ports.ts';
import { IgnoreRules } from './gitignore.ts';

/** Largest file that detection reads. */
const READ_CAP_BYTES = 1024 * 1024;

/** Folders that hold other people's code, build output or our own state; never a project's migrations. */
const SKIPPED = new Set([
  'node_modules',
  'bower_components',
  'vendor',
  'dist',
  'build',
  '.git',
  '.hg',
  '.svn',
  '.lockkeeper',
  'venv',
  '.venv',
  'virtualenv',
  'site-packages',
  '__pycache__',
  '.tox',
  '.nox',
  '.mypy_cache',
  'target',
  '.next',
  '.nuxt',
  '.svelte-kit',
  '.turbo',
  '.cache',
  '.yarn',
  '.pnpm-store',
  '.gradle',
  '.terraform',
  'coverage',
]);

/** Files that say where databases are; they count although they are usually in .gitignore. */
const ENVIRONMENT_FILE = /^\.env(\..+)?$/;

/** The rules of one .gitignore and the length of the folder prefix they are relative to. */
interface Rules {
  readonly ignore: IgnoreRules;
  readonly prefix: number;
}

/** Lists the workspace once and reads its files on demand; nothing outside the root is listed or read. */
export async function openWorkspaceFiles(root: string): Promise<WorkspaceFiles> {
  const real = await realpath(root);
  const cache = new Map<string, Promise<string | undefined>>();
  return {
    root: real,
    paths: listPaths(real),
    read(path) {
      let text = cache.get(path);
      if (!text) {
        text = Promise.resolve(readCapped(real, path));
        cache.set(path, text);
      }
      return text;
    },
  };
}

/**
 * Every file under a real path, without asking git: git reads a repository's own configuration, which may name programs to run.
 * Synchronous calls because they are several times faster here than promises for thousands of small folders.
 */
export function listPaths(root: string): readonly string[] {
  const paths: string[] = [];
  walk(root, '', [], paths);
  return paths;
}

function walk(root: string, folder: string, inherited: readonly Rules[], paths: string[]): void {
  let entries: ReturnType<typeof readEntries>;
  try {
    entries = readEntries(folder === '' ? root : `${root}/${folder}`);
  } catch {
    return;
  }
  const prefix = folder === '' ? '' : `${folder}/`;
  const rules = entries.some((entry) => entry.name === '.gitignore')
    ? [...inherited, ...rulesOf(`${root}/${prefix}.gitignore`, prefix.length)]
    : inherited;
  for (const entry of entries) {
    const path = prefix + entry.name;
    if (entry.isDirectory()) {
      if (
        !SKIPPED.has(entry.name) &&
        !isIgnored(rules, path, entry.name, true) &&
        !isVirtualEnvironment(root, path, entry.name)
      )
        walk(root, path, rules, paths);
    } else if (entry.isFile() || (entry.isSymbolicLink() && leadsToFileInside(root, path))) {
      if (ENVIRONMENT_FILE.test(entry.name) || !isIgnored(rules, path, entry.name, false)) paths.push(path);
    }
  }
}

/** In the order in which whole paths sort: a folder counts with the slash that follows it. */
function readEntries(folder: string) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.sort((a, b) => {
    // The slash matters only where one name begins with the other.
    if (!b.name.startsWith(a.name) && !a.name.startsWith(b.name)) return a.name < b.name ? -1 : 1;
    return `${a.name}${a.isDirectory() ? '/' : ''}` < `${b.name}${b.isDirectory() ? '/' : ''}` ? -1 : 1;
  });
}

function rulesOf(file: string, prefix: number): Rules[] {
  try {
    if (statSync(file).size > READ_CAP_BYTES) return [];
    return [{ ignore: new IgnoreRules(readFileSync(file, 'utf8')), prefix }];
  } catch {
    return [];
  }
}

/** The innermost .gitignore that says anything decides, as in git. */
function isIgnored(rules: readonly Rules[], path: string, name: string, isFolder: boolean): boolean {
  for (let index = rules.length - 1; index >= 0; index--) {
    const { ignore, prefix } = rules[index] as Rules;
    // Parents were asked on the way down, so one look at this very path is enough.
    const verdict = ignore.verdict(prefix === 0 ? path : path.slice(prefix), name, isFolder);
    if (verdict !== undefined) return verdict === 'ignored';
  }
  return false;
}

/** A virtual environment can have any name; Python marks it with this file. */
function isVirtualEnvironment(root: string, folder: string, name: string): boolean {
  return /env/i.test(name) && statSync(`${root}/${folder}/pyvenv.cfg`, { throwIfNoEntry: false }) !== undefined;
}

/** Links to folders are not followed: what they show lies elsewhere in the workspace under its own name, or outside. */
function leadsToFileInside(root: string, path: string): boolean {
  try {
    const real = realpathSync(`${root}/${path}`);
    return real.startsWith(root + sep) && statSync(real).isFile();
  } catch {
    return false;
  }
}

/** Synchronous like the walk: hundreds of small files take a third of the time that promises take for them. */
function readCapped(root: string, path: string): string | undefined {
  try {
    const real = realpathSync.native(join(root, path));
    if (!real.startsWith(root + sep)) return undefined;
    // Asked before it is opened: opening a pipe would wait for whoever writes into it.
    const stat = statSync(real);
    if (!stat.isFile() || stat.size > READ_CAP_BYTES) return undefined;
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(real));
  } catch {
    return undefined;
  }
}
