import { parse as parseToml } from 'smol-toml';
import { engineCalled } from '../../core/connection-parts.ts';
import type { EngineId } from '../../core/ids.ts';
import type { DetectedProject, Detection, IgnoredPath } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, isTestData, isUnder, nameOf, nearestWith, parentOf, pathFrom } from '../file-index.ts';
import { isRecord } from '../manifests.ts';
import { engineOfSql } from '../sql-text.ts';

/** Finds Diesel by diesel.toml and by folders of up.sql files. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const index = indexOf(files);
  const projects = new Map<string, DetectedProject>();
  const ignored: IgnoredPath[] = [];
  for (const path of index.named('diesel.toml')) {
    const folder = await folderNamed(files, path);
    projects.set(folder, await projectOf(files, parentOf(path), folder, `${path} is Diesel's config`));
  }
  const folders = new Set(index.named('up.sql').map((path) => parentOf(parentOf(path))));
  for (const folder of folders) {
    if (projects.has(folder) || !/migrations?$/.test(nameOf(folder)) || isTestData(folder)) continue;
    const root = nearestWith(index, folder, 'Cargo.toml');
    if (root === undefined && !(await cargoMentionsDiesel(files)))
      ignored.push({
        path: folder,
        reason: "folders with up.sql as Diesel has them, but nothing of Rust's around them",
      });
    else
      projects.set(
        folder,
        await projectOf(files, root ?? parentOf(folder), folder, `${folder} holds folders with up.sql`),
      );
  }
  return { projects: [...projects.values()], ignored };
}

async function folderNamed(files: WorkspaceFiles, path: string): Promise<string> {
  const root = parentOf(path);
  try {
    const section = parseToml((await files.read(path)) ?? '').migrations_directory;
    if (isRecord(section) && typeof section.dir === 'string') {
      const named = pathFrom(root, section.dir);
      if (named !== undefined) return named;
      // `diesel setup` writes an absolute path; its end is what this checkout has too.
      const last = pathFrom(root, nameOf(section.dir));
      if (last !== undefined) return last;
    }
  } catch {
    // Not TOML: the default folder is the best guess.
  }
  return pathFrom(root, 'migrations') ?? 'migrations';
}

async function projectOf(
  files: WorkspaceFiles,
  root: string,
  folder: string,
  evidence: string,
): Promise<DetectedProject> {
  const index = indexOf(files);
  const migrations = index.foldersIn(folder).filter((name) => index.has(`${folder}/${name}/up.sql`));
  const cargo = await cargoOf(files, root);
  const text = await Promise.all(migrations.slice(0, 4).map((name) => files.read(`${folder}/${name}/up.sql`)));
  return {
    root,
    tool: 'diesel',
    ...(cargo.version !== undefined && { toolVersion: cargo.version }),
    engine: cargo.engine === 'unknown' ? engineOfSql(text.join('\n'), folder) : cargo.engine,
    migrationsDir: folder,
    evidence: [evidence, `${folder} holds ${migrations.length} migrations`],
    confidence: migrations.length > 0 ? 0.98 : 0.8,
    migrations,
    urls: [{ source: { variable: 'DATABASE_URL' }, relativeTo: root }],
  };
}

/** The crate that asks for Diesel need not be the one beside the migrations. */
async function cargoOf(
  files: WorkspaceFiles,
  root: string,
): Promise<{ version?: string; engine: EngineId | 'unknown' }> {
  const engines = new Set<EngineId>();
  let version: string | undefined;
  for (const path of indexOf(files)
    .named('Cargo.toml')
    .filter((cargo) => isUnder(root, cargo) || isUnder(parentOf(cargo), root))) {
    const text = (await files.read(path)) ?? '';
    const entry = /^\s*diesel(?:-async)?\s*=\s*(\{[^}]*\}|"[^"]*")/gm;
    for (const [, value = ''] of text.matchAll(entry)) {
      version ??= /version\s*=\s*"([^"]+)"/.exec(value)?.[1] ?? /^"([^"]+)"$/.exec(value)?.[1];
      for (const [, feature] of value.matchAll(/"(postgres|mysql|sqlite)(?:_backend)?"/g)) {
        const engine = engineCalled(feature);
        if (engine !== 'unknown') engines.add(engine);
      }
    }
  }
  const [only] = engines;
  return { engine: engines.size === 1 && only ? only : 'unknown', ...(version !== undefined && { version }) };
}

async function cargoMentionsDiesel(files: WorkspaceFiles): Promise<boolean> {
  for (const path of indexOf(files).named('Cargo.toml'))
    if (/^\s*diesel\b/m.test((await files.read(path)) ?? '')) return true;
  return false;
}
