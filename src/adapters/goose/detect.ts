import { engineCalled } from '../../core/connection-parts.ts';
import type { DetectedProject, Detection } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, isTestData, nameOf, nearestWith, parentOf, pathFrom } from '../file-index.ts';
import { engineOfSql } from '../sql-text.ts';

const MARK = /^\s*--\s*\+goose\s+Up\b/im;
const NUMBERED = /^\d+_.*\.(sql|go)$/;

/** Finds goose by its marks in SQL files and by Go files that register migrations. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const index = indexOf(files);
  const folders = new Map<string, string>();
  for (const path of [...index.ending('sql'), ...index.ending('go')]) {
    const folder = parentOf(path);
    // One file speaks for its folder.
    if (folders.has(folder) || !NUMBERED.test(nameOf(path)) || path.endsWith('_test.go')) continue;
    const text = (await files.read(path)) ?? '';
    if (path.endsWith('.sql') ? MARK.test(text) : /\bgoose\.Add(Named)?Migration/.test(text)) folders.set(folder, path);
    else if (path.endsWith('.sql') && !/goose/.test(text)) folders.set(folder, '');
  }
  const projects: DetectedProject[] = [];
  const ignored = [];
  for (const [folder, path] of folders) {
    if (path === '') continue;
    if (isTestData(folder)) ignored.push({ path: folder, reason: 'goose migrations among test data' });
    else projects.push(await projectOf(files, folder, path));
  }
  return { projects, ignored };
}

async function projectOf(files: WorkspaceFiles, folder: string, path: string): Promise<DetectedProject> {
  const index = indexOf(files);
  const root = nearestWith(index, folder, 'go.mod') ?? (parentOf(folder) === folder ? '.' : parentOf(folder));
  const names = index
    .inFolder(folder)
    .filter((name) => NUMBERED.test(name) && !name.endsWith('_test.go'))
    .sort((a, b) => (BigInt(numberOf(a)) < BigInt(numberOf(b)) ? -1 : 1));
  const settings = await environmentOf(files, root);
  const texts = await Promise.all(names.slice(0, 3).map((name) => files.read(pathFrom(folder, name) ?? '')));
  const ofSql = engineOfSql(texts.join('\n'), folder);
  const module = (await files.read(pathFrom(root, 'go.mod') ?? '')) ?? '';
  const version = /github\.com\/pressly\/goose(?:\/v\d+)?\s+v([\d.]+)/.exec(module)?.[1];
  return {
    root,
    tool: 'goose',
    ...(version !== undefined && { toolVersion: version }),
    engine: ofSql === 'unknown' ? engineCalled(settings.engineWord) : ofSql,
    migrationsDir: folder,
    evidence: [
      path.endsWith('.sql') ? `${path} has goose's marks` : `${path} registers a goose migration`,
      `${folder} holds ${names.length} migrations`,
    ],
    confidence: 0.98,
    migrations: names.map((name) => name.replace(/\.(sql|go)$/, '')),
    urls: settings.named ? [{ source: { variable: 'GOOSE_DBSTRING' }, relativeTo: root }] : [],
  };
}

/** goose reads GOOSE_DRIVER and GOOSE_DBSTRING, also from .env. Only the driver's name is looked at here. */
async function environmentOf(files: WorkspaceFiles, root: string): Promise<{ engineWord?: string; named: boolean }> {
  const text = (await files.read(pathFrom(root, '.env') ?? '')) ?? '';
  const driver = /^\s*(?:export\s+)?GOOSE_DRIVER\s*=\s*["']?([\w-]{1,30})/m.exec(text)?.[1];
  return {
    named: /^\s*(?:export\s+)?GOOSE_DBSTRING\s*=/m.test(text),
    ...(driver !== undefined && { engineWord: driver }),
  };
}

function numberOf(name: string): string {
  return /^\d+/.exec(name)?.[0] ?? '0';
}
