import type { DetectedProject, Detection, IgnoredPath } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, isTestData, isUnder, nameOf, parentOf, pathFrom } from '../file-index.ts';
import { pythonVersion } from '../manifests.ts';
import { readSettings } from './settings.ts';

const MIGRATION = /^\d{4}_.+\.py$/;

/** Finds Django by a manage.py that imports it; its migrations lie in the apps beside it. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const projects: DetectedProject[] = [];
  const ignored: IgnoredPath[] = [];
  const roots: string[] = [];
  for (const path of indexOf(files).named('manage.py')) {
    const text = (await files.read(path)) ?? '';
    if (/\bdjango\b|DJANGO_SETTINGS_MODULE/.test(text)) roots.push(parentOf(path));
    else if (!isTestData(path)) ignored.push({ path, reason: 'a manage.py that does not use Django' });
  }
  for (const root of roots) projects.push(await projectOf(files, root, roots));
  return { projects, ignored };
}

async function projectOf(files: WorkspaceFiles, root: string, roots: readonly string[]): Promise<DetectedProject> {
  const index = indexOf(files);
  const inner = roots.filter((other) => other !== root && isUnder(root, other));
  const apps = index.folders
    .filter((folder) => nameOf(folder) === 'migrations' && isUnder(root, folder) && !isTestData(folder))
    .filter((folder) => !inner.some((other) => isUnder(other, folder)))
    .map((folder) => ({ folder, names: migrationNames(index.inFolder(folder)) }))
    .filter(({ names }) => names.length > 0)
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
  const manage = pathFrom(root, 'manage.py') as string;
  const settings = await readSettings(files, root);
  const count = apps.reduce((sum, { names }) => sum + names.length, 0);
  return {
    root,
    tool: 'django',
    ...(await pythonVersion(files, root, 'django')),
    engine: settings.engine,
    migrationsDir: commonFolder(apps.map(({ folder }) => folder)) ?? root,
    evidence: [
      `${manage} starts Django`,
      ...(settings.path === undefined ? [] : [`settings in ${settings.path}`]),
      ...apps.slice(0, 8).map(({ folder, names }) => `${folder} holds ${names.length} migrations`),
      ...(apps.length > 8 ? [`${apps.length - 8} more apps with migrations`] : []),
    ],
    confidence: count > 0 ? 0.99 : 0.9,
    migrations: apps.flatMap(({ folder, names }) => names.map((name) => `${nameOf(parentOf(folder))}.${name}`)),
    urls: settings.urls,
  };
}

function migrationNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => MIGRATION.test(name)).map((name) => name.slice(0, -3));
}

/** Django has a folder per app: where there are several, the folder that holds them all. */
function commonFolder(folders: readonly string[]): string | undefined {
  const [first, ...others] = folders;
  if (first === undefined) return undefined;
  let common = first;
  while (!others.every((folder) => isUnder(common, folder))) common = parentOf(common);
  return common;
}
