import { engineCalled } from '../../core/connection-parts.ts';
import type { DetectedProject, Detection, ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, isUnder, nameOf, parentOf, pathFrom, upwards } from '../file-index.ts';
import { manifestsOf, packageVersion } from '../manifests.ts';
import { blockOf, seenValue, textOf, withoutComments } from '../source-text.ts';

interface SchemaFile {
  readonly path: string;
  readonly datasource: string;
}

interface Config {
  readonly path: string;
  readonly schema?: string;
  readonly migrations?: string;
  readonly url?: ToolUrl;
}

/** Finds Prisma by its schema, wherever a config or package.json puts it, and by a config alone. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const schemas = await datasourceFiles(files);
  const configs = await Promise.all(configPaths(files).map((path) => readConfig(files, path)));
  const projects: DetectedProject[] = [];
  for (const schema of schemas) {
    const config = configs.find((candidate) => belongs(candidate, schema.path));
    projects.push(await projectOf(files, schema, config));
  }
  for (const config of configs)
    if (!schemas.some((schema) => belongs(config, schema.path)))
      projects.push(await projectOf(files, { path: config.path, datasource: '' }, config));
  return { projects, ignored: [] };
}

async function datasourceFiles(files: WorkspaceFiles): Promise<readonly SchemaFile[]> {
  const found: SchemaFile[] = [];
  const unfinished: SchemaFile[] = [];
  for (const path of indexOf(files).ending('prisma')) {
    // One schema may be spread over many files; the one with the datasource stands for all.
    const datasource = /\bdatasource\s+\w+\s*\{([^}]*)\}/.exec(withoutComments((await files.read(path)) ?? ''))?.[1];
    if (datasource !== undefined) found.push({ path, datasource });
    else if (nameOf(path) === 'schema.prisma') unfinished.push({ path, datasource: '' });
  }
  return found.length > 0 ? found : unfinished;
}

function configPaths(files: WorkspaceFiles): readonly string[] {
  return indexOf(files).configs.filter((path) =>
    /(^|\/)(prisma\.config\.[mc]?[tj]s|\.config\/prisma\.[mc]?[tj]s)$/.test(path),
  );
}

async function readConfig(files: WorkspaceFiles, path: string): Promise<Config> {
  const source = withoutComments((await files.read(path)) ?? '');
  const folder = parentOf(path).replace(/(^|\/)\.config$/, '') || '.';
  const schema = textOf(source, 'schema');
  const migrations = textOf(blockOf(source, 'migrations') ?? '', 'path');
  const url = seenValue(blockOf(source, 'datasource') ?? '', 'url') ?? seenValue(source, 'url');
  return {
    path,
    ...(schema !== undefined && { schema: pathFrom(folder, schema) ?? '' }),
    ...(migrations !== undefined && { migrations: pathFrom(folder, migrations) ?? '' }),
    ...(url?.kind === 'variable' && { url: { source: { variable: url.name }, relativeTo: folder } }),
    ...(url?.kind === 'text' && { url: { source: { literalIn: path, value: url.text }, relativeTo: folder } }),
  };
}

function belongs(config: Config, schema: string): boolean {
  if (config.schema !== undefined) return isUnder(config.schema, schema);
  const folder = configFolder(config);
  return [pathFrom(folder, 'schema.prisma'), pathFrom(folder, 'prisma/schema.prisma')].includes(schema);
}

function configFolder(config: Config): string {
  return parentOf(config.path).replace(/(^|\/)\.config$/, '') || '.';
}

async function projectOf(
  files: WorkspaceFiles,
  schema: SchemaFile,
  config: Config | undefined,
): Promise<DetectedProject> {
  const root = config ? configFolder(config) : await rootOf(files, schema.path);
  const beside = schema.path === config?.path ? (pathFrom(root, 'prisma/schema.prisma') as string) : schema.path;
  const migrationsDir = config?.migrations ?? migrationsBeside(files, beside, root);
  const newer = indexOf(files)
    .foldersIn(migrationsDir)
    .some((name) => indexOf(files).has(`${migrationsDir}/${name}/ops.json`));
  const migrations = migrationNames(files, migrationsDir);
  const engineWord = textOfAssignment(schema.datasource, 'provider');
  return {
    root,
    tool: 'prisma',
    ...(await packageVersion(files, root, 'prisma', '@prisma/client')),
    engine: engineWord === undefined ? 'unknown' : engineCalled(engineWord),
    migrationsDir,
    evidence: [
      ...(schema.path === config?.path ? [] : [`${schema.path} is a Prisma schema`]),
      ...(config ? [`${config.path} configures Prisma`] : []),
      ...(migrations.length > 0
        ? [`${migrationsDir} holds ${migrations.length} migrations`]
        : [`${migrationsDir} holds no migrations yet; the schema may be pushed without them`]),
      ...(newer
        ? ["the migrations are in Prisma's newer format (migration.json, ops.json), which is recognised only"]
        : []),
    ],
    confidence: migrations.length > 0 ? 0.99 : 0.8,
    migrations,
    urls: urlsOf(schema, config),
  };
}

/** Without a config, Prisma is started from the package whose package.json names the schema, or which holds `prisma/`. */
async function rootOf(files: WorkspaceFiles, schema: string): Promise<string> {
  for (const manifest of await manifestsOf(files)) {
    const named = manifest.prisma?.schema;
    if (typeof named === 'string' && isUnder(pathFrom(manifest.folder, named) ?? '-', schema)) return manifest.folder;
  }
  const index = indexOf(files);
  const packaged = upwards(parentOf(schema)).find((folder) =>
    ['package.json', 'pyproject.toml', 'Cargo.toml', 'go.mod'].some((name) => index.has(pathFrom(folder, name) ?? '')),
  );
  const holder = upwards(parentOf(schema)).find((folder) => nameOf(folder) === 'prisma');
  if (packaged !== undefined && (packaged !== '.' || !holder)) return packaged;
  return holder ? parentOf(holder) : (packaged ?? parentOf(schema));
}

function migrationsBeside(files: WorkspaceFiles, schema: string, root: string): string {
  const index = indexOf(files);
  const places = upwards(parentOf(schema))
    .filter((folder) => isUnder(root, folder))
    .slice(0, 3)
    .map((folder) => pathFrom(folder, 'migrations') as string);
  const [beside = 'migrations'] = places;
  return (
    places.find((folder, at) => index.hasFolder(folder) && (at === 0 || migrationNames(files, folder).length > 0)) ??
    beside
  );
}

function migrationNames(files: WorkspaceFiles, folder: string): readonly string[] {
  const index = indexOf(files);
  return index
    .foldersIn(folder)
    .filter((name) =>
      ['migration.sql', 'migration.json', 'migration.ts'].some((file) => index.has(`${folder}/${name}/${file}`)),
    );
}

function urlsOf(schema: SchemaFile, config: Config | undefined): readonly ToolUrl[] {
  if (config?.url) return [config.url];
  const relativeTo = parentOf(schema.path);
  // Migrations go past a connection pool where a direct address is given.
  for (const name of ['directUrl', 'url']) {
    const variable = new RegExp(`\\b${name}\\s*=\\s*env\\(\\s*"(\\w+)"`).exec(schema.datasource)?.[1];
    if (variable !== undefined) return [{ source: { variable }, relativeTo }];
    const value = textOfAssignment(schema.datasource, name);
    if (value !== undefined) return [{ source: { literalIn: schema.path, value }, relativeTo }];
  }
  return [];
}

function textOfAssignment(block: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=\\s*\\[?\\s*"([^"]*)"`).exec(block)?.[1];
}
