import { engineCalled } from '../../core/connection-parts.ts';
import type { DetectedProject, Detection } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { toolUrlOf } from '../connection-block.ts';
import { indexOf, isTestData, isUnder, nameOf, parentOf, pathFrom } from '../file-index.ts';
import { dependencyOf, isRecord, manifestsOf, packageFolder, packageVersion, parseJson } from '../manifests.ts';
import { positionsOf, readValue, textOf, withoutComments } from '../source-text.ts';

/** TypeORM's own generator puts milliseconds since 1970 first. */
const MIGRATION = /^\d{10,14}-.+\.[mc]?[tj]s$/;
const ORMCONFIG = /^ormconfig([.-].*)?\.([mc]?[tj]s|json|ya?ml|env|xml)$/;
/** Names under which people keep a DataSource; other files are not read, a workspace has too many. */
const LIKELY = /(data-?source|orm|database|(^|[/.-])(db|connection|migrations?|cli)[/.-])[^/]*\.[mc]?[tj]s$/i;

/** Finds TypeORM by ormconfig, by a file that constructs a DataSource, and by migrations that implement its interface. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const found = new Map<string, DetectedProject>();
  for (const path of await configPaths(files)) {
    const project = await fromConfig(files, path);
    const known = found.get(project.migrationsDir);
    if (!known || known.urls.length < project.urls.length)
      found.set(project.migrationsDir, { ...project, evidence: [...(known?.evidence ?? []), ...project.evidence] });
  }
  for (const manifest of await manifestsOf(files)) {
    if (manifest.dependencies.typeorm === undefined) continue;
    if ([...found.values()].some((project) => project.root === manifest.folder)) continue;
    const folder = await migrationsByContent(files, manifest.folder);
    if (folder !== undefined && !found.has(folder))
      found.set(folder, await fromMigrations(files, manifest.folder, folder));
  }
  return { projects: [...found.values()], ignored: [] };
}

async function configPaths(files: WorkspaceFiles): Promise<readonly string[]> {
  const index = indexOf(files);
  const configs = index.configs.filter((path) => ORMCONFIG.test(nameOf(path)));
  const users = (await manifestsOf(files)).filter((manifest) => manifest.dependencies.typeorm !== undefined);
  if (users.length === 0) return configs;
  const sources: string[] = [];
  const likely = index
    .ending('ts', 'js', 'mjs', 'cjs', 'mts', 'cts')
    .filter((path) => LIKELY.test(path) && !isTestData(path) && !/\.(spec|test|d)\.[mc]?[tj]s$/.test(path))
    .filter((path) => !MIGRATION.test(nameOf(path)) && !ORMCONFIG.test(nameOf(path)))
    .filter((path) => users.some((manifest) => isUnder(manifest.folder, path)));
  for (const path of likely.slice(0, 400)) {
    const source = await files.read(path);
    if (
      source?.includes('new DataSource') &&
      /new\s+DataSource\s*\(/.test(withoutComments(source)) &&
      /typeorm/i.test(source)
    )
      sources.push(path);
  }
  return [...configs, ...sources];
}

async function fromConfig(files: WorkspaceFiles, path: string): Promise<DetectedProject> {
  const text = (await files.read(path)) ?? '';
  const source = await sourceOf(path, text);
  const root = packageFolder(files, parentOf(path));
  const named = migrationsNamed(files, source, parentOf(path), root);
  const migrationsDir =
    named ?? (await migrationsByContent(files, root)) ?? pathFrom(root, 'migrations') ?? 'migrations';
  const migrations = migrationNames(files, migrationsDir);
  const engine = engineCalled(textOf(source, 'type'));
  const url = toolUrlOf(source, { path, scope: source, engine, relativeTo: root });
  return {
    root,
    tool: 'typeorm',
    ...(await packageVersion(files, root, 'typeorm')),
    engine,
    migrationsDir,
    evidence: [
      ORMCONFIG.test(nameOf(path)) ? `${path} is a TypeORM config` : `${path} constructs a DataSource`,
      migrations.length > 0 ? `${migrationsDir} holds ${migrations.length} migrations` : 'no migrations found yet',
    ],
    confidence: migrations.length > 0 ? 0.97 : 0.7,
    migrations,
    urls: url ? [url] : [],
  };
}

/** JSON and YAML are brought to one form, so that the same reading serves every kind of config. */
async function sourceOf(path: string, text: string): Promise<string> {
  if (/\.json$/.test(path)) return JSON.stringify(firstOf(parseJson(text)) ?? {});
  if (/\.ya?ml$/.test(path)) {
    // Loaded where one is met: most workspaces have none, and it takes longer to load than they take to read.
    const { parse: parseYaml } = await import('yaml');
    try {
      return JSON.stringify(firstOf(parseYaml(text)) ?? {});
    } catch {
      return '';
    }
  }
  if (/\.env$/.test(path))
    return text.replace(/^TYPEORM_(\w+)\s*=\s*(.*)$/gm, (_all, key, value) => `${dotenvKey(key)}: "${value}"`);
  return withoutComments(text);
}

function firstOf(value: unknown): unknown {
  const one = Array.isArray(value) ? value[0] : value;
  return isRecord(one) && isRecord(one.default) ? one.default : one;
}

function dotenvKey(key: string): string {
  return key === 'CONNECTION' ? 'type' : key.toLowerCase();
}

function migrationsNamed(files: WorkspaceFiles, source: string, folder: string, root: string): string | undefined {
  const index = indexOf(files);
  let first: string | undefined;
  for (const position of positionsOf(source, 'migrations')) {
    // The first element of the list, or the one string; a glob's fixed beginning is the folder.
    const start = source[position] === '[' ? position + 1 : position;
    const value = readValue(source, start);
    if (value?.kind !== 'text') continue;
    const fixed = value.text.replace(/\/?[^/]*[*{].*$/, '').replace(/\/[^/]+\.[mc]?[tj]s$/, '');
    const places = [folder, root]
      .map((base) => pathFrom(base, fixed))
      .filter((place) => place !== undefined)
      .flatMap((place) => [
        place,
        place.replace(/(^|\/)(dist|build|lib|out)(?=\/|$)/, '$1src'),
        place.replace(/(^|\/)(dist|build|lib|out)\//, '$1'),
      ]);
    if (!value.here) places.reverse();
    const existing = places.find((place) => place !== '.' && index.inFolder(place).length > 0);
    if (existing !== undefined) return existing;
    first ??= places.find((place) => place !== '.');
  }
  return first;
}

async function migrationsByContent(files: WorkspaceFiles, root: string): Promise<string | undefined> {
  const index = indexOf(files);
  for (const folder of index.folders) {
    if (!isUnder(root, folder) || isTestData(folder) || packageFolder(files, folder) !== root) continue;
    const name = index.inFolder(folder).find((candidate) => MIGRATION.test(candidate));
    if (name === undefined) continue;
    const text = (await files.read(`${folder}/${name}`)) ?? '';
    if (/MigrationInterface|queryRunner/.test(text)) return folder;
  }
  return undefined;
}

async function fromMigrations(files: WorkspaceFiles, root: string, folder: string): Promise<DetectedProject> {
  const migrations = migrationNames(files, folder);
  const drivers = ['pg', 'mysql2', 'mysql', 'mariadb', 'better-sqlite3', 'sqlite3', 'mongodb'];
  const asked = await Promise.all(drivers.map((name) => dependencyOf(files, root, name)));
  const used = drivers.filter((_name, at) => asked[at] !== undefined);
  return {
    root,
    tool: 'typeorm',
    ...(await packageVersion(files, root, 'typeorm')),
    engine: used.length === 1 ? engineCalled(used[0]) : 'unknown',
    migrationsDir: folder,
    evidence: [`${folder} holds ${migrations.length} migrations that use TypeORM's QueryRunner`],
    confidence: 0.85,
    migrations,
    urls: [],
  };
}

function migrationNames(files: WorkspaceFiles, folder: string): readonly string[] {
  const names = indexOf(files).inFolder(folder);
  const numbered = names.filter((name) => MIGRATION.test(name));
  // Product versions and other names are used too; only what is no migration for sure is left out.
  return numbered.length > 0
    ? numbered
    : names.filter((name) => /^[vV]?\d.*\.[mc]?[tj]s$/.test(name) && !/\.(d|spec|test)\.[mc]?[tj]s$/.test(name));
}
