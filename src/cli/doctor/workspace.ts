import { join } from 'node:path';
import { environmentsOf, openTarget, readWorkspace, type Workspace } from '../../context/workspace-context.ts';
import { LockkeeperError } from '../../core/errors.ts';
import { isThere, isWritable } from '../../io/health.ts';
import type { Call } from '../../pipeline.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What depends on the workspace. Databases are asked who they are, and nothing else. */
export async function examineWorkspace(call: Call): Promise<readonly Finding[]> {
  const folder = join(call.root, '.lockkeeper');
  const records = await isThere(join(folder, 'state.sqlite'));
  const writable = await isWritable((await isThere(folder)) ? folder : call.root);
  const state = writable
    ? ok('Records', records ? folder : `none yet; made in ${folder} when first needed`)
    : fail('Records', `${folder} cannot be written`, 'Make it writable for you: nothing runs that cannot be recorded.');
  // Looking makes no records.
  const recorded = records ? [await interrupted(call), await trail(call)] : [];
  return [state, ...recorded, ...(await environments(call))];
}

async function interrupted(call: Call): Promise<Finding> {
  const runs = (await call.state()).runs.interrupted();
  if (runs.length === 0) return ok('Interrupted runs', 'none');
  const said = runs.map((run) => `${run.id} (${run.operation} on ${run.environment}, ${run.startedAt})`);
  return warn('Interrupted runs', said.join('; '), 'lockkeeper status -e ENVIRONMENT says what became of each.');
}

async function trail(call: Call): Promise<Finding> {
  const { entries, broken } = (await call.state()).audit.verify();
  return broken === undefined
    ? ok('Audit trail', `whole, ${entries} entries`)
    : fail('Audit trail', `not whole: ${broken}`, 'Someone changed it, or the records were copied from elsewhere.');
}

async function environments(call: Call): Promise<readonly Finding[]> {
  const workspace = await readWorkspace(call.root);
  const { projects } = workspace.detected;
  const findings: Finding[] = [];
  if (projects.length === 0)
    findings.push(warn('Projects', 'no migration setup was found', 'lockkeeper detect says what was looked at.'));
  for (const project of projects.length === 0 ? [undefined] : projects) {
    for (const { name, url, urlSource } of await environmentsOf(workspace, project)) {
      const about = `Environment ${project && projects.length > 1 ? `${project.id}/` : ''}${name}`;
      findings.push(
        url === undefined
          ? warn(
              about,
              `named by ${urlSource}, without a URL`,
              'Set it, or ignore this where the URL is not meant to be here.',
            )
          : await whoIsThere(workspace, about, project?.id, name),
      );
    }
  }
  return findings;
}

async function whoIsThere(
  workspace: Workspace,
  about: string,
  project: string | undefined,
  environment: string,
): Promise<Finding> {
  try {
    const target = await openTarget(workspace, { ...(project !== undefined && { project }), environment });
    await target.reader.close();
    const { database, protected: guarded } = target.environment;
    return ok(about, `${database.name}, ${database.engine} ${database.version}${guarded ? ', protected' : ''}`);
  } catch (error) {
    if (!(error instanceof LockkeeperError)) throw error;
    return fail(
      about,
      `${error.code}: ${error.message}`,
      error.next[0]?.label ?? 'Check the URL, and that the server runs.',
    );
  }
}
