import type { WorkspaceFiles } from '../core/ports.ts';
import { indexOf, nearestWith, parentOf, pathFrom, upwards } from './file-index.ts';

/** The parts of a package.json that say which migration tool is in use. */
export interface Manifest {
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly prisma?: Readonly<Record<string, unknown>>;
}

const manifests = new WeakMap<WorkspaceFiles, Promise<readonly Manifest[]>>();

/** Every package.json of the workspace, read once. */
export function manifestsOf(files: WorkspaceFiles): Promise<readonly Manifest[]> {
  let read = manifests.get(files);
  if (!read) {
    read = Promise.all(
      indexOf(files)
        .named('package.json')
        .map((path) => readManifest(files, path)),
    ).then((all) => all.filter((manifest) => manifest !== undefined));
    manifests.set(files, read);
  }
  return read;
}

async function readManifest(files: WorkspaceFiles, path: string): Promise<Manifest | undefined> {
  const json = parseJson(await files.read(path));
  if (!isRecord(json)) return undefined;
  return {
    folder: parentOf(path),
    dependencies: { ...texts(json.peerDependencies), ...texts(json.dependencies), ...texts(json.devDependencies) },
    scripts: texts(json.scripts),
    ...(isRecord(json.prisma) && { prisma: json.prisma }),
  };
}

/** Version range under which a package is asked for in the nearest package.json upwards that names it. */
export async function dependencyOf(files: WorkspaceFiles, folder: string, name: string): Promise<string | undefined> {
  const all = await manifestsOf(files);
  for (const above of upwards(folder)) {
    const range = all.find((manifest) => manifest.folder === above)?.dependencies[name];
    if (range !== undefined) return range;
  }
  return undefined;
}

/** Installed version of an npm package, else the range that is asked for. */
export async function packageVersion(
  files: WorkspaceFiles,
  folder: string,
  ...names: readonly string[]
): Promise<{ toolVersion?: string }> {
  for (const name of names) {
    const range = await dependencyOf(files, folder, name);
    if (range === undefined) continue;
    for (const above of upwards(folder)) {
      const installed = parseJson(await files.read(pathFrom(above, `node_modules/${name}/package.json`) ?? ''));
      if (isRecord(installed) && typeof installed.version === 'string') return { toolVersion: installed.version };
    }
    // A catalog or workspace reference says nothing about the version.
    if (/^[\^~>=v\s]*\d/.test(range)) return { toolVersion: range };
  }
  return {};
}

/** Folder of the nearest package.json upwards, else the workspace. */
export function packageFolder(files: WorkspaceFiles, folder: string): string {
  return nearestWith(indexOf(files), folder, 'package.json') ?? '.';
}

const PYTHON_REQUIREMENTS = ['uv.lock', 'poetry.lock', 'requirements.txt', 'pyproject.toml', 'Pipfile'] as const;

/** Text of the Python requirement files of a folder and those above it. */
export async function pythonRequirements(files: WorkspaceFiles, folder: string): Promise<readonly string[]> {
  const index = indexOf(files);
  const paths = upwards(folder).flatMap((above) => [
    ...PYTHON_REQUIREMENTS.map((name) => pathFrom(above, name) ?? ''),
    ...index
      .inFolder(pathFrom(above, 'requirements') ?? '')
      .filter((name) => name.endsWith('.txt'))
      .map((name) => pathFrom(above, `requirements/${name}`) ?? ''),
  ]);
  const read = await Promise.all(paths.filter((path) => index.has(path)).map((path) => files.read(path)));
  return read.filter((text) => text !== undefined);
}

/** Version of a Python package as a lock file or a requirement states it. */
export async function pythonVersion(
  files: WorkspaceFiles,
  folder: string,
  name: string,
): Promise<{ toolVersion?: string }> {
  const locked = new RegExp(`name = "${name}"\\s+version = "([^"]+)"`, 'i');
  const required = new RegExp(
    `(?:^|["'\\s])${name}(?:\\[[^\\]]*\\])?\\s*(?:=\\s*["'])?((?:[=~^<>!]=?|)\\s*\\d[\\w.]*)`,
    'im',
  );
  for (const text of await pythonRequirements(files, folder)) {
    const version = locked.exec(text)?.[1] ?? required.exec(text)?.[1];
    if (version !== undefined) return { toolVersion: version.replace(/^==\s*/, '').trim() };
  }
  return {};
}

/** Undefined where the text is not JSON. Comments and trailing commas, which many tools allow, are taken out when needed. */
export function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    try {
      const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (_whole, string) => string ?? '');
      return JSON.parse(plain.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_whole, string) => string ?? ''));
    } catch {
      return undefined;
    }
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
