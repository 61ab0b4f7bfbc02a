import type { DetectedProject, Detection, ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, nameOf, parentOf, pathFrom } from '../file-index.ts';
import { packageFolder, packageVersion } from '../manifests.ts';
import { blockOf, seenValue, textOf, withoutComments } from '../source-text.ts';

const CONFIG = /^migrate-mongo-config([.-].*)?\.[mc]?[tj]s$/;

/** Finds migrate-mongo by its config file. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const paths = indexOf(files).configs.filter((path) => CONFIG.test(nameOf(path)));
  const projects = await Promise.all(paths.map((path) => projectOf(files, path)));
  return { projects, ignored: [] };
}

async function projectOf(files: WorkspaceFiles, path: string): Promise<DetectedProject> {
  const source = withoutComments((await files.read(path)) ?? '');
  const root = packageFolder(files, parentOf(path));
  const index = indexOf(files);
  const named = textOf(source, 'migrationsDir') ?? 'migrations';
  const places = [parentOf(path), root].map((base) => pathFrom(base, named)).filter((place) => place !== undefined);
  const migrationsDir = places.find((place) => index.hasFolder(place)) ?? places[0] ?? named;
  const ending = textOf(source, 'migrationFileExtension') ?? '.js';
  const migrations = index
    .inFolder(migrationsDir)
    .filter((name) => /^\d/.test(name) && (name.endsWith(ending) || /\.[mc]?[tj]s$/.test(name)));
  return {
    root: parentOf(path),
    tool: 'migrate-mongo',
    ...(await packageVersion(files, root, 'migrate-mongo')),
    engine: 'mongodb',
    migrationsDir,
    evidence: [`${path} is a migrate-mongo config`, `${migrationsDir} holds ${migrations.length} migrations`],
    confidence: migrations.length > 0 ? 0.99 : 0.9,
    migrations,
    urls: urlsOf(source, path),
  };
}

function urlsOf(source: string, path: string): readonly ToolUrl[] {
  const block = blockOf(source, 'mongodb') ?? source;
  const url = seenValue(block, 'url');
  const database = textOf(block, 'databaseName');
  if (url?.kind === 'variable') return [{ source: { variable: url.name } }];
  if (url?.kind !== 'text') return [];
  // The database's name stands beside the address here.
  const bare = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?(\?.*)?$/.exec(url.text);
  const value =
    bare && database !== undefined ? `${bare[1]}/${encodeURIComponent(database)}${bare[2] ?? ''}` : url.text;
  return [{ source: { literalIn: path, value } }];
}
