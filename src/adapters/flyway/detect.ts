import { parse as parseToml } from 'smol-toml';
import { engineCalled } from '../../core/connection-parts.ts';
import type { EngineId } from '../../core/ids.ts';
import type { DetectedProject, Detection, IgnoredPath, ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import {
  type FileIndex,
  indexOf,
  isTestData,
  isUnder,
  nameOf,
  nearestWith,
  parentOf,
  pathFrom,
} from '../file-index.ts';
import { isRecord } from '../manifests.ts';
import { engineOfSql } from '../sql-text.ts';
import { byFlywayVersion, isMigration } from './names.ts';
import { readProperties } from './properties.ts';

const BUILD_FILES = ['flyway.conf', 'flyway.toml', 'pom.xml', 'build.gradle', 'build.gradle.kts'];
const VENDOR = /^(h2|mysql|mariadb|postgres(ql)?|oracle|sqlserver|db2|hsqldb|sqlite|common)$/i;

interface Evidence {
  readonly path: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Finds Flyway by its config, by build files and application properties that speak of it, and by its file names. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const speaking = await evidenceOf(files);
  const locations = locationsOf(indexOf(files));
  const projects: DetectedProject[] = [];
  const ignored: IgnoredPath[] = [];
  for (const [folder, paths] of locations) {
    const root = rootOf(indexOf(files), folder);
    const near = speaking.filter(({ path }) => isUnder(parentOf(path), folder) || isUnder(root, path));
    const refinery = await cargoAsksForRefinery(files, folder);
    if (refinery)
      ignored.push({ path: folder, reason: "Cargo.toml asks for refinery: these migrations are refinery's" });
    else projects.push(await projectOf(files, root, folder, paths, near));
  }
  for (const { path, settings } of speaking) {
    if (
      !/flyway\.(conf|toml)$/.test(path) ||
      projects.some((project) => isUnder(parentOf(path), project.migrationsDir))
    )
      continue;
    const root = parentOf(path);
    projects.push(
      await projectOf(
        files,
        root,
        locationNamed(settings, root) ?? pathFrom(root, 'sql') ?? 'sql',
        [],
        [{ path, settings }],
      ),
    );
  }
  return { projects, ignored };
}

/** Migration files by the folder that Flyway would be pointed at: it looks into subfolders, except that a vendor's folder is a history of its own. */
function locationsOf(index: FileIndex): ReadonlyMap<string, readonly string[]> {
  const locations = new Map<string, string[]>();
  const paths = index
    .ending('sql', 'java', 'kt')
    .filter((path) => isMigration(nameOf(path)) && !isTestData(path.replace('src/test/', 'test/')));
  for (const path of paths) {
    const folder = locationOf(parentOf(path));
    const known = locations.get(folder);
    if (known) known.push(path);
    else locations.set(folder, [path]);
  }
  // A lone repeatable or undo file says little; a versioned one is what a history begins with.
  for (const [folder, found] of locations)
    if (!found.some((path) => /^[VB]/i.test(nameOf(path)))) locations.delete(folder);
  return locations;
}

function locationOf(folder: string): string {
  const standard = /^(.*?(?:^|\/)db\/migrations?)(?:\/(.*))?$/.exec(folder);
  if (!standard) return folder;
  const [, base = folder, below] = standard;
  const vendor = below?.split('/')[0];
  return vendor !== undefined && VENDOR.test(vendor) ? `${base}/${vendor}` : base;
}

function rootOf(index: FileIndex, folder: string): string {
  const packaged = nearestWith(index, folder, ...BUILD_FILES, 'package.json', 'go.mod', 'pyproject.toml');
  if (packaged !== undefined) return packaged;
  const source = /^(.*?)(?:\/|^)src\/main\//.exec(`${folder}/`)?.[1];
  return source === undefined ? parentOf(folder) : source || '.';
}

async function evidenceOf(files: WorkspaceFiles): Promise<readonly Evidence[]> {
  const index = indexOf(files);
  const found: Evidence[] = [];
  const application = index
    .ending('properties', 'yml', 'yaml')
    .filter((path) => /^application([.-].*)?\.(properties|ya?ml)$/.test(nameOf(path)));
  const builds = ['pom.xml', 'build.gradle', 'build.gradle.kts', 'libs.versions.toml'].flatMap((name) =>
    index.named(name),
  );
  for (const path of [...index.named('flyway.conf'), ...index.named('flyway.toml'), ...application, ...builds]) {
    if (isTestData(path.replace('src/test/', 'test/'))) continue;
    const text = (await files.read(path)) ?? '';
    if (!/flyway/i.test(text)) continue;
    const settings = path.endsWith('.toml') ? flywayToml(text) : await readProperties(path, text);
    found.push({ path, settings });
  }
  return found;
}

function flywayToml(text: string): Readonly<Record<string, string>> {
  try {
    const toml = parseToml(text);
    const flyway = isRecord(toml.flyway) ? toml.flyway : {};
    const environment = isRecord(toml.environments) ? Object.values(toml.environments).find(isRecord) : undefined;
    const settings: Record<string, string> = {};
    for (const [key, value] of Object.entries({ ...(isRecord(environment) ? environment : {}), ...flyway }))
      if (typeof value === 'string') settings[`flyway.${key}`] = value;
      else if (Array.isArray(value)) settings[`flyway.${key}`] = value.join(',');
    return settings;
  } catch {
    return {};
  }
}

function locationNamed(settings: Readonly<Record<string, string>>, root: string): string | undefined {
  const named = settings['flyway.locations']?.split(',')[0]?.trim();
  if (named === undefined) return undefined;
  const [, kind, path = named] = /^(filesystem|classpath):(.*)$/.exec(named) ?? [];
  return pathFrom(root, kind === 'classpath' ? `src/main/resources/${path}` : path);
}

async function projectOf(
  files: WorkspaceFiles,
  root: string,
  folder: string,
  paths: readonly string[],
  near: readonly Evidence[],
): Promise<DetectedProject> {
  const migrations = paths
    .map(nameOf)
    .sort(byFlywayVersion)
    .map((name) => name.replace(/\.(sql|java|kt)$/, ''));
  const settings: Record<string, string> = Object.assign({}, ...near.map((evidence) => evidence.settings));
  const url = settings['flyway.url'] ?? settings['spring.flyway.url'] ?? settings['spring.datasource.url'];
  const texts = await Promise.all(paths.slice(0, 3).map((path) => files.read(path)));
  const table = settings['flyway.table'] ?? settings['spring.flyway.table'];
  return {
    root,
    tool: 'flyway',
    engine: engineOf(url, folder, texts.join('\n')),
    migrationsDir: folder,
    evidence: [
      ...near.slice(0, 3).map(({ path }) => `${path} speaks of Flyway`),
      `${folder} holds ${migrations.length} migrations named as Flyway's are`,
      ...(table === undefined ? [] : [`history table ${table}`]),
    ],
    confidence: near.length > 0 && migrations.length > 0 ? 0.98 : near.length > 0 ? 0.8 : 0.75,
    migrations,
    urls: urlsOf(url, near, root),
  };
}

function engineOf(url: string | undefined, folder: string, text: string): EngineId | 'unknown' {
  const vendor = nameOf(folder);
  if (VENDOR.test(vendor) && !/^common$/i.test(vendor)) return engineCalled(vendor);
  const named = engineCalled(/^(?:\$\{[^:}]*:)?jdbc:(\w+):/.exec(url ?? '')?.[1]);
  return named === 'unknown' ? engineOfSql(text, folder) : named;
}

function urlsOf(url: string | undefined, near: readonly Evidence[], root: string): readonly ToolUrl[] {
  if (url === undefined) return [];
  const variable = /\$\{(\w+)/.exec(url)?.[1];
  if (variable !== undefined) return [{ source: { variable }, relativeTo: root }];
  const holder = near.find(({ settings }) => Object.values(settings).includes(url))?.path ?? root;
  return [{ source: { literalIn: holder, value: url }, relativeTo: root }];
}

async function cargoAsksForRefinery(files: WorkspaceFiles, folder: string): Promise<boolean> {
  const holder = nearestWith(indexOf(files), folder, 'Cargo.toml');
  const text = holder === undefined ? undefined : await files.read(pathFrom(holder, 'Cargo.toml') ?? '');
  return text !== undefined && /^\s*refinery\b/m.test(text);
}
