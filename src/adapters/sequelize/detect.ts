import { engineCalled, urlFromParts } from '../../core/connection-parts.ts';
import type { EngineId } from '../../core/ids.ts';
import type { DetectedProject, Detection, ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { toolUrlOf } from '../connection-block.ts';
import { indexOf, parentOf, pathFrom } from '../file-index.ts';
import { dependencyOf, isRecord, packageFolder, packageVersion, parseJson } from '../manifests.ts';
import { blockOf, positionsOf, readValue, textOf, withoutComments } from '../source-text.ts';

const ENVIRONMENTS = ['development', 'test', 'staging', 'production'];
const DEFAULT_CONFIGS = ['config.json', 'config.js', 'config.cjs', 'config.ts', 'database.json', 'database.js'];

interface Config {
  readonly engine: EngineId | 'unknown';
  readonly urls: readonly ToolUrl[];
  /** It has the shape of a Sequelize config, so that another tool's `config/config.json` does not count. */
  readonly fits: boolean;
}

/** Finds Sequelize by .sequelizerc, and by its default config where sequelize is a dependency. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const index = indexOf(files);
  const projects: DetectedProject[] = [];
  for (const path of index.named('.sequelizerc')) projects.push(await fromRc(files, path));
  for (const name of DEFAULT_CONFIGS)
    for (const path of index.named(name)) {
      const folder = parentOf(parentOf(path));
      if (!/(^|\/)config$/.test(parentOf(path)) || projects.some((project) => project.root === folder)) continue;
      const project = await fromDefaultConfig(files, path, folder);
      if (project) projects.push(project);
    }
  return { projects, ignored: [] };
}

async function fromRc(files: WorkspaceFiles, path: string): Promise<DetectedProject> {
  const root = parentOf(path);
  const text = (await files.read(path)) ?? '';
  const source = withoutComments(text);
  const place = (key: string) => {
    for (const position of positionsOf(source, key)) {
      const value = readValue(source, position);
      if (value?.kind === 'text') return pathFrom(root, value.text);
    }
    return undefined;
  };
  const migrationsDir = place('migrations-path') ?? pathFrom(root, 'migrations') ?? 'migrations';
  const config = place('config') ?? pathFrom(root, 'config/config.json') ?? '';
  const read = await readConfig(files, indexOf(files).has(config) ? config : `${config}.js`, root);
  return await projectOf(files, root, migrationsDir, read, `${path} configures sequelize-cli`);
}

async function fromDefaultConfig(
  files: WorkspaceFiles,
  path: string,
  root: string,
): Promise<DetectedProject | undefined> {
  const tool = await dependencyOf(files, root, 'sequelize-cli');
  const library = await dependencyOf(files, root, 'sequelize');
  if (tool === undefined && library === undefined) return undefined;
  const config = await readConfig(files, path, root);
  if (!config.fits) return undefined;
  const index = indexOf(files);
  const migrationsDir = pathFrom(root, 'migrations') ?? 'migrations';
  // Without sequelize-cli only its own folder proves that migrations are run by it and not by hand.
  if (tool === undefined && !index.hasFolder(migrationsDir)) return undefined;
  return await projectOf(files, root, migrationsDir, config, `${path} is a Sequelize config`);
}

async function projectOf(
  files: WorkspaceFiles,
  root: string,
  migrationsDir: string,
  config: Config,
  evidence: string,
): Promise<DetectedProject> {
  const migrations = indexOf(files)
    .inFolder(migrationsDir)
    .filter((name) => /^\d.*\.[mc]?[tj]s$/.test(name) && !name.endsWith('.d.ts'));
  const at = packageFolder(files, root);
  return {
    root,
    tool: 'sequelize',
    ...(await packageVersion(files, at, 'sequelize', 'sequelize-cli')),
    engine: config.engine,
    migrationsDir,
    evidence: [evidence, `${migrationsDir} holds ${migrations.length} migrations`],
    confidence: migrations.length > 0 ? 0.98 : 0.75,
    migrations,
    urls: config.urls,
  };
}

async function readConfig(files: WorkspaceFiles, path: string, root: string): Promise<Config> {
  const text = (await files.read(path)) ?? '';
  const json = path.endsWith('.json') ? parseJson(text) : undefined;
  return isRecord(json) ? readJson(json, path, root) : readProgram(withoutComments(text), path, root);
}

function readJson(json: Readonly<Record<string, unknown>>, path: string, root: string): Config {
  const urls: ToolUrl[] = [];
  let engine: EngineId | 'unknown' = 'unknown';
  let fits = false;
  const blocks = 'dialect' in json || 'use_env_variable' in json ? [[undefined, json] as const] : Object.entries(json);
  for (const [environment, block] of blocks) {
    if (!isRecord(block) || !('dialect' in block || 'use_env_variable' in block || 'database' in block)) continue;
    fits = true;
    const text = (key: string) => (['string', 'number'].includes(typeof block[key]) ? String(block[key]) : undefined);
    const own = engineCalled(text('dialect'));
    if (engine === 'unknown') engine = own;
    const common = { ...(environment !== undefined && { environment }), relativeTo: root };
    const variable = text('use_env_variable');
    const url = text('url') ?? (own === 'unknown' ? undefined : composed(own, text));
    if (variable !== undefined) urls.push({ ...common, source: { variable } });
    else if (url !== undefined) urls.push({ ...common, source: { literalIn: path, value: url } });
  }
  return { engine, urls, fits };
}

function composed(engine: EngineId, text: (key: string) => string | undefined): string | undefined {
  return urlFromParts({
    engine,
    host: text('host'),
    port: text('port'),
    database: engine === 'sqlite' ? text('storage') : text('database'),
    user: text('username'),
    password: text('password'),
  });
}

function readProgram(source: string, path: string, root: string): Config {
  const engine = engineCalled(textOf(source, 'dialect'));
  const urls: ToolUrl[] = [];
  const add = (block: string, environment?: string) => {
    const own = engineCalled(textOf(block, 'dialect'));
    const variable = textOf(block, 'use_env_variable');
    const about = {
      path,
      scope: source,
      engine: own === 'unknown' ? engine : own,
      relativeTo: root,
      ...(environment !== undefined && { environment }),
    };
    const found = toolUrlOf(block, about);
    const common = { relativeTo: root, ...(environment !== undefined && { environment }) };
    if (variable !== undefined) urls.push({ ...common, source: { variable } });
    else if (found) urls.push(found);
  };
  for (const environment of ENVIRONMENTS) {
    const block = blockOf(source, environment);
    if (block !== undefined) add(block, environment);
  }
  if (urls.length === 0) add(source);
  return { engine, urls, fits: /\bdialect\b|use_env_variable/.test(source) };
}
