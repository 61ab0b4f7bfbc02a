import { DETECTORS } from '../adapters/detectors.ts';
import { indexOf, isTestData, isUnder } from '../adapters/file-index.ts';
import { detectOtherTools } from '../adapters/other-tools.ts';
import type { Project } from '../core/environment.ts';
import type { EngineId } from '../core/ids.ts';
import type { DetectedProject, IgnoredPath } from '../core/migration-tool.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { plain } from '../core/untrusted.ts';
import { Secret } from '../io/secret.ts';
import { type Config, readConfig } from './config.ts';
import { engineFromFiles } from './environments.ts';
import { type Recommendation, recommend } from './recommend.ts';
import { unmanagedDependencies } from './unmanaged.ts';

/** Where the migration tool's own configuration takes a URL from; what it holds is kept secret. */
export interface ProjectUrl {
  readonly environment?: string;
  readonly source: { readonly variable: string } | { readonly literalIn: string; readonly value: Secret };
  readonly relativeTo?: string;
}

export interface FoundProject extends Project {
  /** Migrations on disk, oldest first. */
  readonly migrations: readonly string[];
  readonly urls: readonly ProjectUrl[];
}

export interface Detected {
  readonly projects: readonly FoundProject[];
  readonly ignored: readonly IgnoredPath[];
  readonly recommended?: Recommendation;
}

/** Every migration setup in the workspace, from its files alone. */
export async function detectProjects(files: WorkspaceFiles, config?: Config): Promise<Detected> {
  const answers = await Promise.all(DETECTORS.map((detector) => detector.detect(files)));
  const ignored: IgnoredPath[] = answers.flatMap((answer) => answer.ignored);
  const kept = withoutCollisions(
    answers.flatMap((answer) => answer.projects).filter((project) => project.root === '.' || !isTestData(project.root)),
    ignored,
  );
  const settled = withConfiguredFolder(kept, config ?? (await readConfig(files)), files);
  ignored.push(...(await detectOtherTools(files)), ...(await unmanagedDependencies(files, settled)));
  const projects: FoundProject[] = [];
  for (const project of settled)
    projects.push(await finished(files, project, idOf(project, settled), doubted(project, settled)));
  const recommended = projects.length === 0 ? await recommend(files, ignored) : undefined;
  return { projects, ignored: tidy(ignored, settled), ...(recommended && { recommended }) };
}

/** One folder of migrations has one owner: the tool whose marks leave less doubt, which is the one that comes first. */
function withoutCollisions(found: readonly DetectedProject[], ignored: IgnoredPath[]): readonly DetectedProject[] {
  const kept: DetectedProject[] = [];
  for (const project of found) {
    const sameFolder = kept.find(
      (other) =>
        other.migrationsDir === project.migrationsDir && (other.migrations.length > 0 || project.tool === 'raw-sql'),
    );
    const inside = kept.find(
      (other) =>
        other.migrations.length > 0 &&
        other.tool !== project.tool &&
        isUnder(other.migrationsDir, project.migrationsDir),
    );
    const owner = sameFolder ?? (project.tool === 'raw-sql' || inside?.tool === 'prisma' ? inside : undefined);
    if (owner) {
      if (owner.tool !== project.tool)
        ignored.push({ path: project.migrationsDir, reason: `the folder is the ${owner.tool} project's` });
      continue;
    }
    const neighbour =
      project.tool === 'raw-sql'
        ? kept.find((other) => other.tool !== 'raw-sql' && other.root === project.root)
        : undefined;
    // Marks or pairs show that someone means them to go up and down; plain SQL beside another tool is data or notes.
    if (neighbour && project.confidence < 0.9)
      ignored.push({
        path: project.migrationsDir,
        reason: `plain SQL beside the ${neighbour.tool} project, which does not run it`,
      });
    else kept.push(project);
  }
  return kept;
}

/** `migrations.dir` in the configuration says which folder of plain SQL is meant. */
function withConfiguredFolder(
  found: readonly DetectedProject[],
  config: Config,
  files: WorkspaceFiles,
): readonly DetectedProject[] {
  const folder = config.migrations?.dir?.replace(/^\.\//, '').replace(/\/$/, '');
  if (folder === undefined || found.some((project) => project.migrationsDir === folder)) return found;
  const names = indexOf(files)
    .inFolder(folder)
    .filter((name) => /^\d.*\.sql$/i.test(name) && !/\.down\.sql$/i.test(name));
  return [
    ...found.filter((project) => project.tool !== 'raw-sql' || project.root !== '.'),
    {
      root: '.',
      tool: 'raw-sql',
      engine: 'unknown',
      migrationsDir: folder,
      evidence: [`lockkeeper.config.json names ${folder}`],
      confidence: 1,
      migrations: names.map((name) => name.replace(/(\.up)?\.sql$/i, '')),
      urls: [],
    },
  ];
}

/** The tool's name, with where it is where that is not the workspace itself, and with which folder where that is not enough. */
function idOf(project: DetectedProject, all: readonly DetectedProject[]): string {
  const alike = all.filter((other) => other.tool === project.tool);
  if (alike.filter((other) => other.root === project.root).length > 1)
    return `${project.tool}:${project.migrationsDir}`;
  return project.root === '.' ? project.tool : `${project.tool}:${project.root}`;
}

/** Plain SQL is told by the URL it runs on; only where several histories lie side by side does each speak for itself. */
function doubted(project: DetectedProject, all: readonly DetectedProject[]): boolean {
  const alone = all.filter((other) => other.tool === 'raw-sql' && other.root === project.root).length === 1;
  return project.engine === 'unknown' || (project.tool === 'raw-sql' && alone);
}

async function finished(
  files: WorkspaceFiles,
  project: DetectedProject,
  id: string,
  doubted: boolean,
): Promise<FoundProject> {
  const asked = doubted ? await engineFromFiles(files, project.root) : undefined;
  const engine: EngineId | 'unknown' = asked ?? project.engine;
  const urls = project.urls.map(
    (url): ProjectUrl => ({
      ...url,
      source:
        'value' in url.source ? { literalIn: url.source.literalIn, value: Secret.of(url.source.value) } : url.source,
    }),
  );
  const evidence = project.evidence.map((line) => plain(line, 300));
  return {
    ...project,
    id,
    engine,
    evidence: asked && asked !== project.engine ? [...evidence, `the URL says ${asked}`] : evidence,
    urls,
  };
}

/** One line per folder, and none for what is a project after all. */
function tidy(ignored: readonly IgnoredPath[], projects: readonly DetectedProject[]): readonly IgnoredPath[] {
  const seen = new Map<string, IgnoredPath>();
  for (const { path, reason } of ignored) {
    if (
      seen.has(path) ||
      projects.some(
        (project) =>
          isUnder(project.migrationsDir, path) && project.migrationsDir !== '.' && project.migrations.length > 0,
      )
    )
      continue;
    seen.set(path, { path, reason: plain(reason, 300) });
  }
  return [...seen.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
