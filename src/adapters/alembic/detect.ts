import { parse as parseToml } from 'smol-toml';
import { engineCalled } from '../../core/connection-parts.ts';
import type { EngineId } from '../../core/ids.ts';
import type { DetectedProject, Detection, ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, isUnder, parentOf, pathFrom } from '../file-index.ts';
import { isRecord, pythonRequirements, pythonVersion } from '../manifests.ts';
import { withoutHashComments } from '../source-text.ts';
import { inOrder } from './revisions.ts';

interface Setup {
  readonly root: string;
  readonly folder: string;
  readonly versions: string;
  readonly evidence: string;
  /** Where `sqlalchemy.url` may stand. */
  readonly ini?: { readonly path: string; readonly url?: string };
}

/** Finds Alembic by alembic.ini, by pyproject.toml, and by an env.py that uses its context. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const index = indexOf(files);
  const setups: Setup[] = [];
  for (const path of index.ending('ini').filter((ini) => /(^|\/)[\w.-]*alembic[\w.-]*\.ini$/.test(ini)))
    setups.push(...(await fromIni(files, path)));
  for (const path of index.named('pyproject.toml')) setups.push(...(await fromPyproject(files, path)));
  for (const path of index.named('env.py')) {
    const folder = parentOf(path);
    if (setups.some((setup) => setup.folder === folder)) continue;
    const text = (await files.read(path)) ?? '';
    if (/from alembic import[^\n]*\bcontext\b|import alembic\.context/.test(text))
      setups.push({
        root: parentOf(folder),
        folder,
        versions: `${folder}/versions`,
        evidence: `${path} is an Alembic environment`,
      });
  }
  const distinct = setups.filter((setup, at) => setups.findIndex((other) => other.versions === setup.versions) === at);
  return { projects: await Promise.all(distinct.map((setup) => projectOf(files, setup))), ignored: [] };
}

async function fromIni(files: WorkspaceFiles, path: string): Promise<readonly Setup[]> {
  const text = (await files.read(path)) ?? '';
  const here = parentOf(path);
  const index = indexOf(files);
  const url = iniValue(text, 'sqlalchemy.url');
  const ini = { path, ...(url !== undefined && { url }) };
  const evidence = `${path} is an Alembic config`;
  // Flask-Migrate keeps the ini inside the folder and names no other.
  if (index.has(pathFrom(here, 'env.py') ?? '') && here !== '.')
    return [{ root: parentOf(here), folder: here, versions: `${here}/versions`, evidence, ini }];
  const named = [...text.matchAll(/^\s*script_location\s*[=:]\s*(\S+)/gm)].map((match) => match[1] as string);
  const locations = named.length > 0 ? named : ['alembic'];
  return locations.map((location) => {
    const folder = folderNamed(location, here);
    const versions = iniValue(text, 'version_locations')?.split(/[\s,:;]+(?!\/\/)/)[0];
    return {
      root: here,
      folder,
      versions: versions ? folderNamed(versions, here) : `${folder}/versions`,
      evidence,
      ini,
    };
  });
}

async function fromPyproject(files: WorkspaceFiles, path: string): Promise<readonly Setup[]> {
  const text = await files.read(path);
  if (!text?.includes('tool.alembic')) return [];
  let alembic: unknown;
  try {
    const tool = parseToml(text).tool;
    alembic = isRecord(tool) ? tool.alembic : undefined;
  } catch {
    return [];
  }
  if (!isRecord(alembic)) return [];
  const root = parentOf(path);
  const folder = folderNamed(typeof alembic.script_location === 'string' ? alembic.script_location : 'alembic', root);
  return [{ root, folder, versions: `${folder}/versions`, evidence: `${path} has [tool.alembic]` }];
}

function folderNamed(location: string, here: string): string {
  // `package:folder` names a folder inside a Python package.
  const path = location
    .replace(/%%?\(here\)s\/?/, '')
    .replace(/^([\w.]+):/, (_all, name: string) => `${name.replaceAll('.', '/')}/`);
  return pathFrom(here, path === '' ? '.' : path) ?? path;
}

function iniValue(text: string, key: string): string | undefined {
  return new RegExp(`^[ \\t]*${key.replace('.', '\\.')}[ \\t]*[=:][ \\t]*(\\S.*)$`, 'm').exec(text)?.[1]?.trim();
}

async function projectOf(files: WorkspaceFiles, setup: Setup): Promise<DetectedProject> {
  const paths = indexOf(files)
    .ending('py')
    .filter((path) => path !== setup.versions && isUnder(setup.versions, path) && !path.endsWith('__init__.py'));
  const migrations = await inOrder(files, paths);
  const environment = withoutHashComments((await files.read(`${setup.folder}/env.py`)) ?? '');
  const url = urlOf(setup, environment);
  return {
    root: setup.root,
    tool: 'alembic',
    ...(await pythonVersion(files, setup.root, 'alembic')),
    engine: await engineOf(files, setup, paths, url),
    migrationsDir: setup.versions,
    evidence: [setup.evidence, `${setup.versions} holds ${migrations.length} revisions`],
    confidence: migrations.length > 0 ? 0.99 : 0.85,
    migrations,
    urls: url ? [url] : [],
  };
}

function urlOf(setup: Setup, environment: string): ToolUrl | undefined {
  const given = setup.ini?.url;
  // `driver://user:pass@localhost/dbname` is what `alembic init` writes; `%(NAME)s` is filled in elsewhere.
  if (setup.ini && given && !given.startsWith('driver://') && !/%\(|\$\{/.test(given))
    return { source: { literalIn: setup.ini.path, value: given.replaceAll('%%', '%') }, relativeTo: setup.root };
  const names = [...environment.matchAll(/(?:environ\s*\[\s*|environ\.get\(\s*|getenv\(\s*)['"](\w+)['"]/g)].map(
    (match) => match[1] as string,
  );
  const variable = names.find((name) => /URL|URI|DSN/i.test(name));
  return variable === undefined ? undefined : { source: { variable }, relativeTo: setup.root };
}

async function engineOf(
  files: WorkspaceFiles,
  setup: Setup,
  paths: readonly string[],
  url: ToolUrl | undefined,
): Promise<EngineId | 'unknown'> {
  if (url && 'value' in url.source) return engineCalled(url.source.value.split(':')[0]);
  for (const path of paths.slice(0, 20)) {
    const text = (await files.read(path)) ?? '';
    const named = /sqlalchemy\.dialects(?:\.| import )(postgresql|mysql|mariadb|sqlite)/.exec(text)?.[1];
    if (named !== undefined) return engineCalled(named);
  }
  const required = (await pythonRequirements(files, setup.root)).join('\n');
  const drivers: readonly (readonly [RegExp, EngineId])[] = [
    [/\b(asyncpg|psycopg\w*|pg8000)\b/i, 'postgres'],
    [/\b(pymysql|mysqlclient|aiomysql|asyncmy|mysql-connector-python)\b/i, 'mysql'],
    [/\b(aiosqlite)\b/i, 'sqlite'],
  ];
  const used = drivers.filter(([pattern]) => pattern.test(required));
  return used.length === 1 ? (used[0]?.[1] ?? 'unknown') : 'unknown';
}
