import { join } from 'node:path';
import { indexOf, parentOf, pathFrom, upwards } from '../adapters/file-index.ts';
import type { EnvironmentKind } from '../core/environment.ts';
import type { EngineId } from '../core/ids.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { openValue, readDotenv, secretVariables } from '../io/dotenv-file.ts';
import type { Secret } from '../io/secret.ts';
import { CONFIG_FILE, type Config } from './config.ts';
import type { FoundProject, ProjectUrl } from './detect.ts';
import { judge } from './protection.ts';
import { type FoundUrl, type Reading, readUrl, urlIn, type VariableSource } from './url-variables.ts';

const DEVELOPMENT = 'development';
const ENVIRONMENT_FILE = /^\.env\.(.+?)(\.local)?$/;
/** Endings of files that show how a .env file should look, or belong to something else. */
const NOT_AN_ENVIRONMENT =
  /^(local|vault|keys|me|schema|encrypted|enc|bak|backup|old|orig|swp)$|(^|[.-])(examples?|samples?|templates?|tmpl|tpl|dist|defaults?)($|[.-])/;
const MODES = [
  'NODE_ENV',
  'RAILS_ENV',
  'RACK_ENV',
  'APP_ENV',
  'FLASK_ENV',
  'DJANGO_ENV',
  'DJANGO_SETTINGS_MODULE',
  'ENVIRONMENT',
];

/** An environment as the files name it, judged by what they show; who the server is comes later. */
export interface FoundEnvironment {
  readonly name: string;
  readonly kind: EnvironmentKind;
  /** True unless proven harmless (P5). */
  readonly protected: boolean;
  /** Where the URL was found, such as `.env.production: DATABASE_URL`; never the URL. */
  readonly urlSource: string;
  readonly engine: EngineId | 'unknown';
  readonly evidence: readonly string[];
  /** In canonical form, SQLite paths absolute; left out where the environment is named and no URL was found. */
  readonly url?: Secret;
  /** For people: host, port and database, or the file's path. */
  readonly place: string;
}

interface Search {
  readonly files: WorkspaceFiles;
  readonly project: FoundProject | undefined;
  readonly config: Config;
  readonly process: VariableSource;
  /** Folders whose .env files count, the nearest to the project first. */
  readonly folders: readonly string[];
}

/** Every environment that the configuration, the migration tool or a .env file names, and `development` where a URL for it is found. */
export async function findEnvironments(
  files: WorkspaceFiles,
  project: FoundProject | undefined,
  processEnvironment: Readonly<Record<string, string | undefined>>,
  config: Config,
): Promise<readonly FoundEnvironment[]> {
  const search: Search = {
    files,
    project,
    config,
    process: { label: 'process environment', folder: files.root, variables: secretVariables(processEnvironment) },
    folders: upwards(project?.root ?? '.'),
  };
  const found: FoundEnvironment[] = [];
  for (const name of namesOf(search)) {
    const environment = await environmentNamed(name, search);
    // Development is looked for without being named; where it is nowhere, there is none.
    if (environment.url || name !== DEVELOPMENT || config.environments?.[name]) found.push(environment);
  }
  return found;
}

/** The engine that the nearest .env files' URL speaks of. */
export async function engineFromFiles(files: WorkspaceFiles, root: string): Promise<EngineId | undefined> {
  const search = { files, folders: upwards(root) };
  const names = [DEVELOPMENT, ...namesInFiles(search), 'example'];
  for (const name of names)
    for (const source of await sourcesFor(name, search)) {
      const engine = urlIn(source, { root: files.root, engine: 'unknown' })?.described.engine;
      if (engine !== undefined && engine !== 'unknown') return engine;
    }
  return undefined;
}

function namesOf(search: Search): readonly string[] {
  const configured = Object.keys(search.config.environments ?? {});
  const byTool = search.project?.urls.flatMap((url) => (url.environment === undefined ? [] : [url.environment])) ?? [];
  return [...new Set([DEVELOPMENT, ...configured, ...byTool, ...namesInFiles(search)])];
}

function namesInFiles({ files, folders }: Pick<Search, 'files' | 'folders'>): readonly string[] {
  return folders
    .flatMap((folder) => indexOf(files).inFolder(folder))
    .flatMap((file) => ENVIRONMENT_FILE.exec(file)?.[1] ?? [])
    .filter((name) => !NOT_AN_ENVIRONMENT.test(name));
}

async function environmentNamed(name: string, search: Search): Promise<FoundEnvironment> {
  const sources = await sourcesFor(name, search);
  if (name === DEVELOPMENT) sources.push(search.process);
  const configured = search.config.environments?.[name];
  const { found, expected } = await findUrl(name, search, sources);
  const judgement = judge({
    name,
    root: search.files.root,
    modes: [...sources, search.process].flatMap((source) => modesIn(source)),
    ...(found && { url: found.described }),
    configured,
  });
  return {
    name,
    ...judgement,
    urlSource: found?.urlSource ?? expected ?? 'not found',
    engine: found?.described.engine ?? search.project?.engine ?? 'unknown',
    place: found?.described.place ?? 'unknown',
    ...(found && { url: found.url }),
  };
}

/** lockkeeper.config.json, then the tool's own configuration, then .env files, then for development this process. */
async function findUrl(
  name: string,
  search: Search,
  sources: readonly VariableSource[],
): Promise<{ found?: FoundUrl; expected?: string }> {
  const { files, project } = search;
  const configured = search.config.environments?.[name]?.url;
  // Said and not there is not a reason to take another database's URL.
  if (configured) return await fromConfig(name, configured, search, sources);
  const toolUrl =
    project?.urls.find((url) => url.environment === name) ??
    project?.urls.find((url) => url.environment === undefined && (name === DEVELOPMENT || 'variable' in url.source));
  const reading = readingOf(search, toolUrl);
  if (toolUrl && 'value' in toolUrl.source) {
    const folder = reading.folder ?? join(files.root, parentOf(toolUrl.source.literalIn));
    const label = toolUrl.environment === undefined ? toolUrl.source.literalIn : `${toolUrl.source.literalIn}: ${name}`;
    const found = readUrl(toolUrl.source.value, folder, label, reading);
    if (found) return { found };
  }
  for (const source of sources) {
    const found = urlIn(source, reading);
    if (found) return { found };
  }
  return reading.variable === undefined
    ? {}
    : { expected: `${reading.variable}, which the ${project?.tool} configuration names` };
}

async function fromConfig(
  name: string,
  from: NonNullable<NonNullable<Config['environments']>[string]['url']>,
  search: Search,
  sources: readonly VariableSource[],
): Promise<{ found?: FoundUrl; expected?: string }> {
  const { files } = search;
  const reading = readingOf(search, undefined);
  const label = `${CONFIG_FILE}: environments.${name}.url`;
  if ('url' in from) {
    const found = readUrl(from.url, files.root, label, reading);
    return found ? { found } : { expected: label };
  }
  const variable = 'env' in from ? from.env : from.variable;
  const folder = join(files.root, 'file' in from ? (pathFrom('.', parentOf(from.file)) ?? '.') : '.');
  const places: readonly VariableSource[] =
    'env' in from
      ? [search.process, ...sources]
      : [{ label: from.file, folder, variables: (await readDotenv(files, from.file)) ?? new Map() }];
  for (const place of places) {
    // Only the variable that was named: any other would be another database.
    const only = new Map([...place.variables].filter(([key]) => key === variable || /TOKEN$/.test(key)));
    const found = urlIn({ ...place, variables: only }, { ...reading, variable });
    if (found) return { found };
  }
  return { expected: `${label} → ${'env' in from ? 'process environment' : from.file}: ${variable}` };
}

function readingOf({ files, project }: Search, url: ProjectUrl | undefined): Reading {
  return {
    root: files.root,
    engine: project?.engine ?? 'unknown',
    variable: url && 'variable' in url.source ? url.source.variable : undefined,
    folder: url?.relativeTo === undefined ? undefined : join(files.root, url.relativeTo),
    threeSlashes: project?.tool === 'alembic' || project?.tool === 'django' ? 'relative' : undefined,
  };
}

async function sourcesFor(
  name: string,
  { files, folders }: Pick<Search, 'files' | 'folders'>,
): Promise<VariableSource[]> {
  const sources: VariableSource[] = [];
  const names = [`.env.${name}.local`, `.env.${name}`, ...(name === DEVELOPMENT ? ['.env.local', '.env'] : [])];
  for (const folder of folders)
    for (const file of names) {
      const path = pathFrom(folder, file);
      const variables = path === undefined ? undefined : await readDotenv(files, path);
      if (path !== undefined && variables) sources.push({ label: path, folder: join(files.root, folder), variables });
    }
  return sources;
}

function modesIn({ variables, label }: VariableSource): readonly { variable: string; value: string; where: string }[] {
  return MODES.flatMap((variable) => {
    const value = openValue(variables, variable);
    return value === undefined ? [] : [{ variable, value, where: label }];
  });
}
