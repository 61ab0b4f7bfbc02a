import { engineCalled } from '../../core/connection-parts.ts';
import type { EngineId } from '../../core/ids.ts';
import type { DetectedProject, Detection, ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { urlFromBlock } from '../connection-block.ts';
import { indexOf, isUnder, nameOf, parentOf, pathFrom } from '../file-index.ts';
import { isRecord, packageFolder, packageVersion, parseJson } from '../manifests.ts';
import { blockOf, seenValue, textOf, withoutComments } from '../source-text.ts';

const CONFIG = /^drizzle([.\w-]*)\.config([.\w-]*)\.([mc]?[tj]s|json)$|^drizzle\.config[.\w-]*\.([mc]?[tj]s|json)$/;

/** Finds Drizzle by its config files, and by journals that no config speaks of. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const index = indexOf(files);
  const found = new Map<string, DetectedProject>();
  const configs = index.configs.filter((path) => CONFIG.test(nameOf(path)));
  for (const path of configs) {
    const project = await fromConfig(files, path);
    const known = found.get(project.migrationsDir);
    found.set(project.migrationsDir, known ? merge(known, project) : project);
  }
  for (const path of index.named('_journal.json')) {
    const folder = parentOf(parentOf(path));
    if (nameOf(parentOf(path)) !== 'meta' || found.has(folder)) continue;
    const journal = await readJournal(files, folder);
    if (!journal) continue;
    const root = packageFolder(files, folder);
    // A config whose folder could not be read off it is the one that means this journal.
    const blind = [...found.values()].find(
      (project) => project.migrations.length === 0 && isUnder(project.root, folder),
    );
    if (blind) found.delete(blind.migrationsDir);
    found.set(folder, {
      root: blind?.root ?? root,
      tool: 'drizzle',
      ...(await packageVersion(files, root, 'drizzle-kit', 'drizzle-orm')),
      engine: blind && blind.engine !== 'unknown' ? blind.engine : journal.engine,
      migrationsDir: folder,
      evidence: [
        ...(blind?.evidence.slice(0, 1) ?? []),
        `${path} is a Drizzle journal with ${journal.migrations.length} migrations`,
      ],
      confidence: blind ? 0.95 : 0.9,
      migrations: journal.migrations,
      urls: blind?.urls ?? [],
    });
  }
  return { projects: [...found.values()], ignored: [] };
}

async function fromConfig(files: WorkspaceFiles, path: string): Promise<DetectedProject> {
  const source = withoutComments((await files.read(path)) ?? '');
  const root = packageFolder(files, parentOf(path));
  const migrationsDir = folderOf(files, textOf(source, 'out') ?? 'drizzle', [root, parentOf(path)]);
  const journal = await readJournal(files, migrationsDir);
  const migrations = journal?.migrations ?? looseMigrations(files, migrationsDir);
  const named = engineCalled(textOf(source, 'dialect') ?? textOf(source, 'driver'));
  return {
    root,
    tool: 'drizzle',
    ...(await packageVersion(files, root, 'drizzle-kit', 'drizzle-orm')),
    engine: named === 'unknown' ? (journal?.engine ?? named) : named,
    migrationsDir,
    evidence: [
      `${path} is a Drizzle config`,
      migrations.length > 0
        ? `${migrationsDir} holds ${migrations.length} migrations`
        : `${migrationsDir} holds no migrations yet; the schema may be pushed without them`,
    ],
    confidence: migrations.length > 0 ? 0.99 : 0.8,
    migrations,
    urls: urlsOf(source, path, root, named),
  };
}

/** drizzle-kit takes `out` from where it is started, which is the package; a few configs are written to be started beside themselves. */
function folderOf(files: WorkspaceFiles, out: string, bases: readonly string[]): string {
  const places = bases.map((base) => pathFrom(base, out)).filter((place) => place !== undefined);
  return places.find((place) => indexOf(files).hasFolder(place)) ?? places[0] ?? out;
}

async function readJournal(
  files: WorkspaceFiles,
  folder: string,
): Promise<{ readonly engine: EngineId | 'unknown'; readonly migrations: readonly string[] } | undefined> {
  const journal = parseJson(await files.read(pathFrom(folder, 'meta/_journal.json') ?? ''));
  if (!isRecord(journal) || !Array.isArray(journal.entries)) return undefined;
  return {
    engine: engineCalled(typeof journal.dialect === 'string' ? journal.dialect : undefined),
    migrations: journal.entries.flatMap((entry: unknown) =>
      isRecord(entry) && typeof entry.tag === 'string' ? [entry.tag] : [],
    ),
  };
}

/** Newer versions keep one folder per migration and no journal. */
function looseMigrations(files: WorkspaceFiles, folder: string): readonly string[] {
  const index = indexOf(files);
  const folders = index.foldersIn(folder).filter((name) => index.has(`${folder}/${name}/migration.sql`));
  if (folders.length > 0) return folders;
  return index
    .inFolder(folder)
    .filter((name) => /^\d+.*\.sql$/.test(name))
    .map((name) => name.slice(0, -4));
}

function urlsOf(source: string, path: string, root: string, engine: EngineId | 'unknown'): readonly ToolUrl[] {
  const credentials = blockOf(source, 'dbCredentials') ?? source;
  for (const key of ['url', 'connectionString', 'uri']) {
    const value = seenValue(credentials, key, source);
    if (value?.kind === 'variable') return [{ source: { variable: value.name }, relativeTo: root }];
    if (value?.kind === 'text') return [{ source: { literalIn: path, value: value.text }, relativeTo: root }];
  }
  const composed = urlFromBlock(credentials, engine);
  return composed === undefined ? [] : [{ source: { literalIn: path, value: composed }, relativeTo: root }];
}

function merge(one: DetectedProject, other: DetectedProject): DetectedProject {
  return {
    ...one,
    engine: one.engine === 'unknown' ? other.engine : one.engine,
    evidence: [...new Set([...one.evidence, ...other.evidence])],
    urls: one.urls.length > 0 ? one.urls : other.urls,
  };
}
