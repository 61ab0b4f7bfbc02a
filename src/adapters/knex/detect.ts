import { engineCalled } from '../../core/connection-parts.ts';
import type { EngineId } from '../../core/ids.ts';
import type { DetectedProject, Detection, ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { toolUrlOf } from '../connection-block.ts';
import { indexOf, isUnder, nameOf, parentOf, pathFrom } from '../file-index.ts';
import { packageFolder, packageVersion } from '../manifests.ts';
import { blockOf, seenValue, textOf, withoutComments } from '../source-text.ts';

const KNEXFILE = /^(.*[.-])?knexfile([.-].*)?\.[mc]?[tj]s$/i;
const ENVIRONMENTS = ['development', 'test', 'testing', 'staging', 'production'];

/** Finds Knex by its knexfiles, wherever they lie. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const projects: DetectedProject[] = [];
  const paths = indexOf(files).configs.filter((path) => KNEXFILE.test(nameOf(path)) && !path.endsWith('.d.ts'));
  for (const path of paths) {
    const project = await projectOf(files, path);
    // A compiled or re-exporting knexfile beside the real one speaks of the same migrations.
    if (!projects.some((known) => known.migrationsDir === project.migrationsDir)) projects.push(project);
  }
  return { projects, ignored: [] };
}

async function projectOf(files: WorkspaceFiles, path: string): Promise<DetectedProject> {
  const source = withoutComments((await files.read(path)) ?? '');
  const folder = parentOf(path);
  const root = packageFolder(files, folder);
  const migrationsDir = migrationsFolder(files, source, folder, root);
  const migrations = indexOf(files)
    .inFolder(migrationsDir)
    .filter((name) => /\.[mc]?[tj]s$/.test(name) && !name.endsWith('.d.ts') && /^\d/.test(name));
  const engine = engineCalled(textOf(source, 'client'));
  const table = textOf(blockOf(source, 'migrations') ?? '', 'tableName');
  return {
    root,
    tool: 'knex',
    ...(await packageVersion(files, root, 'knex')),
    engine,
    migrationsDir,
    evidence: [
      `${path} is a knexfile`,
      `${migrationsDir} holds ${migrations.length} migrations`,
      ...(table === undefined ? [] : [`history table ${table}`]),
    ],
    confidence: migrations.length > 0 ? 0.98 : 0.85,
    migrations,
    urls: urlsOf(source, path, folder, engine),
  };
}

/** Knex takes paths from the knexfile's folder; what is built from `process.cwd()` starts at the package. */
function migrationsFolder(files: WorkspaceFiles, source: string, folder: string, root: string): string {
  const index = indexOf(files);
  const named = seenValue(blockOf(source, 'migrations') ?? '', 'directory') ?? seenValue(source, 'directory');
  const wanted = named?.kind === 'text' ? named.text : 'migrations';
  const places = [folder, root].map((base) => pathFrom(base, wanted)).filter((place) => place !== undefined);
  const compiled = places.map((place) => place.replace(/(^|\/)(dist|build)\//, '$1src/'));
  const existing = [...places, ...compiled].find((place) => index.hasFolder(place));
  if (existing !== undefined) return existing;
  const looked = index.folders.find(
    (candidate) =>
      isUnder(root, candidate) &&
      /(^|\/)migrations?$/.test(candidate) &&
      index.inFolder(candidate).some((name) => /^\d{14}_.*\.[mc]?[tj]s$/.test(name)),
  );
  return looked ?? places[0] ?? 'migrations';
}

function urlsOf(source: string, path: string, folder: string, engine: EngineId | 'unknown'): readonly ToolUrl[] {
  const urls: ToolUrl[] = [];
  for (const environment of ENVIRONMENTS) {
    const block = blockOf(source, environment);
    if (block === undefined) continue;
    const own = engineCalled(textOf(block, 'client'));
    const url = toolUrlOf(block, {
      path,
      scope: source,
      engine: own === 'unknown' ? engine : own,
      environment,
      relativeTo: folder,
    });
    if (url) urls.push(url);
  }
  if (urls.length > 0) return urls;
  const only = toolUrlOf(source, { path, scope: source, engine, relativeTo: folder });
  return only ? [only] : [];
}
