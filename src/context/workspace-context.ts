import { toolFor } from '../adapters/index.ts';
import type { DatabaseEngine } from '../core/database-engine.ts';
import type { Environment, Project } from '../core/environment.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Context, MigrationTool } from '../core/migration-tool.ts';
import type { DatabaseHandle, Reader, WorkspaceFiles } from '../core/ports.ts';
import { plain } from '../core/untrusted.ts';
import { engineFor } from '../engines/index.ts';
import { handleFor } from '../io/handle.ts';
import { createReader } from '../io/reader.ts';
import { openWorkspace } from '../io/workspace.ts';
import { type Config, readConfig } from './config.ts';
import { type Detected, detectProjects } from './detect.ts';
import { type FoundEnvironment, findEnvironments } from './environments.ts';

export const DEFAULT_ENVIRONMENT = 'development';

/** What a request names; both may be left out where there is only one to mean. */
export interface Selection {
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
}

/** A database and how it is judged; needs no migration project. Close the reader. */
export interface Target {
  readonly environment: Environment;
  readonly engine: DatabaseEngine;
  readonly database: DatabaseHandle;
  readonly reader: Reader & { close(): Promise<void> };
}

/** A target with the migration project that is run on it. */
export interface Place extends Target {
  readonly context: Context;
  readonly tool: MigrationTool;
}

/** Files of the workspace, read once per request. */
export interface Workspace {
  readonly files: WorkspaceFiles;
  readonly config: Config;
  readonly detected: Detected;
}

export async function readWorkspace(root: string): Promise<Workspace> {
  const files = await openWorkspace(root);
  const config = await readConfig(files);
  return { files, config, detected: await detectProjects(files, config) };
}

/** The one project that is meant. Throws PROJECT.NONE, PROJECT.AMBIGUOUS or PROJECT.UNKNOWN. */
export function selectProject({ detected }: Workspace, id: string | undefined): Detected['projects'][number] {
  const { projects } = detected;
  const names = projects.map((project) => plain(project.id)).join(', ');
  const detect = { next: [{ kind: 'call-tool', label: 'See what is there', tool: 'detectTool' }] } as const;
  if (id !== undefined) {
    const named = projects.find((project) => project.id === id);
    if (named) return named;
    throw new LockkeeperError(
      'PROJECT.UNKNOWN',
      `There is no project ${plain(id)} in this workspace; there is ${names || 'none'}.`,
      detect,
    );
  }
  const [only] = projects;
  if (!only) throw new LockkeeperError('PROJECT.NONE', 'No migration setup was found in this workspace.', detect);
  if (projects.length > 1)
    throw new LockkeeperError(
      'PROJECT.AMBIGUOUS',
      `This workspace has several projects; say which in "project": ${names}.`,
      detect,
    );
  return only;
}

export function environmentsOf(
  workspace: Workspace,
  project: Detected['projects'][number] | undefined,
): Promise<readonly FoundEnvironment[]> {
  return findEnvironments(workspace.files, project, process.env, workspace.config);
}

/** Asks the server who it is, and judges the environment by that too. */
export async function openTarget(workspace: Workspace, selection: Selection): Promise<Target> {
  const { projects } = workspace.detected;
  const project =
    selection.project === undefined && projects.length !== 1 ? undefined : selectProject(workspace, selection.project);
  const found = await selectEnvironment(workspace, project, selection.environment ?? DEFAULT_ENVIRONMENT);
  const database = handleFor(found.url, workspace.files.root);
  const engine = await engineFor(database.engine);
  const reader = createReader({ root: workspace.files.root, database });
  try {
    const identity = await engine.identify(reader);
    const signs = await engine.signsOfProduction(reader);
    const environment: Environment = {
      name: found.name,
      kind: found.kind,
      protected: found.protected || signs.length > 0,
      urlSource: found.urlSource,
      database: identity,
      evidence: [...found.evidence, ...signs],
    };
    return { environment, engine, database, reader };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

export async function openPlace(workspace: Workspace, selection: Selection): Promise<Place> {
  const project = selectProject(workspace, selection.project);
  const target = await openTarget(workspace, { ...selection, project: project.id });
  try {
    const context: Context = {
      project: project satisfies Project,
      environment: target.environment,
      engine: target.engine,
      schema: await target.engine.inspect(target.reader),
      reader: target.reader,
    };
    return { ...target, context, tool: await toolFor(project.tool) };
  } catch (error) {
    await target.reader.close();
    throw error;
  }
}

async function selectEnvironment(
  workspace: Workspace,
  project: Detected['projects'][number] | undefined,
  name: string,
) {
  const environments = await environmentsOf(workspace, project);
  const found = environments.find((environment) => environment.name === name);
  const known = environments.map((environment) => plain(environment.name)).join(', ');
  if (!found)
    throw new LockkeeperError(
      'ENVIRONMENT.UNKNOWN',
      `There is no environment ${plain(name)}; there is ${known || 'none'}. Nothing was connected to.`,
      {
        next: [
          {
            kind: 'edit-file',
            label: `Put its URL into .env.${plain(name, 40)}${name === DEFAULT_ENVIRONMENT ? ' or .env' : ''}, or name it in lockkeeper.config.json`,
          },
        ],
      },
    );
  if (!found.url)
    throw new LockkeeperError(
      'ENVIRONMENT.NO_URL',
      `The environment ${plain(name)} is named by ${plain(found.urlSource)}, but no URL was found there.`,
    );
  return { ...found, url: found.url };
}
