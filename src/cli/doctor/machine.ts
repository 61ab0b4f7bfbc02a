import { findPostgresProgram } from '../../engines/postgres/programs.ts';
import { leftoverFolders, sealKeyHealth } from '../../io/health.ts';
import { createWorkbench } from '../../io/workbench.ts';
import type { Call } from '../../pipeline.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const OLDEST_NODE = [20, 19] as const;
/** Newer than any server: the newest programs that are installed are found. */
const NEWEST_POSTGRES = 18;

const PROGRAMS = [
  ['pg_dump', 'Without it, PostgreSQL databases of up to 256 MiB are saved by a built-in one; larger ones are not.'],
  ['psql', 'Without it, a PostgreSQL archive cannot replace what is in a populated database.'],
  ['initdb', 'Without it, rehearsals run on embedded PostgreSQL, which measures no locks of others.'],
] as const;

/** What does not depend on the workspace. */
export async function examineMachine(call: Call): Promise<readonly Finding[]> {
  return [node(), await sealKey(), ...(await programs(call)), await leftovers()];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return enough
    ? ok('Node', process.versions.node)
    : fail('Node', process.versions.node, `lockkeeper needs ${OLDEST_NODE.join('.')} or later.`);
}

async function sealKey(): Promise<Finding> {
  const { path, mode, bytes } = await sealKeyHealth();
  if (mode === undefined) return ok('Seal key', `none yet; made at ${path} when first needed`);
  if (bytes !== 32)
    return fail(
      'Seal key',
      `${path} is damaged`,
      'Move it aside: a new one is made, and approvals given so far no longer count.',
    );
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    return fail('Seal key', `${path} can be read by others (mode ${mode.toString(8)})`, `chmod 600 ${path}`);
  return ok('Seal key', `${path}, for you alone`);
}

async function programs(call: Call): Promise<readonly Finding[]> {
  const bench = createWorkbench(call);
  try {
    const findings: Finding[] = [];
    for (const [name, without] of PROGRAMS) {
      const found = await findPostgresProgram(bench, name, NEWEST_POSTGRES).catch(() => undefined);
      findings.push(found ? ok(name, `${found.version} at ${found.path}`) : warn(name, 'not found', without));
    }
    return findings;
  } finally {
    await bench.dispose();
  }
}

async function leftovers(): Promise<Finding> {
  const folders = await leftoverFolders();
  return folders.length === 0
    ? ok('Leftover shadows', 'none')
    : warn(
        'Leftover shadows',
        folders.join(', '),
        'A process was killed before it could tidy up. Remove these folders if no lockkeeper runs.',
      );
}
