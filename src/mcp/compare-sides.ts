import { toolFor } from '../adapters/index.ts';
import { engineOfSql } from '../adapters/sql-text.ts';
import { openTarget, readWorkspace, selectProject, type Workspace } from '../context/workspace-context.ts';
import type { DatabaseEngine } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import { ENGINES, type EngineId } from '../core/ids.ts';
import type { Schema } from '../core/schema.ts';
import { plain } from '../core/untrusted.ts';
import { engineFor } from '../engines/index.ts';
import { createReader } from '../io/reader.ts';
import { readWorkspaceText } from '../io/workspace.ts';
import { atBench, type Call } from '../pipeline.ts';
import { withoutTable } from '../rehearse/round-trip.ts';
import {
  isDatabaseFile,
  type SideSite,
  schemaOfBackup,
  schemaOfFile,
  schemaOfMigrations,
} from '../rehearse/schema-side.ts';
import type { BackupManifest } from '../state/backup-store.ts';

export interface Sides {
  readonly engine: DatabaseEngine;
  readonly version: string;
  readonly from: Schema;
  readonly to: Schema;
  /** What each side was, in words. */
  readonly said: { readonly from: string; readonly to: string };
}

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly project?: string | undefined;
  readonly engine?: string | undefined;
  /** True where SQL is made of it that a migration holds: the history table is no migration's business. */
  readonly forMigration?: boolean;
}

type Side =
  | {
      readonly kind: 'environment';
      readonly name: string;
      readonly engine: EngineId;
      readonly version: string;
      readonly schema: Schema;
    }
  | { readonly kind: 'migrations' }
  | { readonly kind: 'backup'; readonly manifest: BackupManifest }
  | { readonly kind: 'file'; readonly path: string };

/** A version to make a shadow of where nothing says which server is meant. */
const USUAL_VERSION: Readonly<Record<EngineId, string>> = {
  postgres: '17',
  mysql: '8.4',
  mariadb: '11.4',
  sqlite: '3',
  mongodb: '8',
};

/** Brings two sides to schemas of one engine: live ones are inspected, the others made on shadow databases. */
export async function compareSides(asked: Asked, call: Call): Promise<Sides> {
  const workspace = await readWorkspace(call.root);
  const sides = {
    from: await readSide('from', asked, workspace, call),
    to: await readSide('to', asked, workspace, call),
  };
  const engineId = await engineOf(sides, asked, workspace, call);
  const engine = await engineFor(engineId);
  const version = versionOf(sides.from) ?? versionOf(sides.to) ?? USUAL_VERSION[engineId];
  return atBench(call, workspace, async (bench) => {
    const site: SideSite = {
      root: call.root,
      bench,
      engine,
      version,
      readerOn: (database) => createReader({ root: call.root, database }),
    };
    const make = (side: Side) => schemaOf(side, site, asked, workspace);
    const [from, to] = [await make(sides.from), await make(sides.to)];
    // A side that is made of files never has the history table; on the other one it is no difference.
    const bare =
      asked.forMigration || [sides.from, sides.to].some((side) => side.kind === 'migrations' || side.kind === 'file');
    const strip = await historyTables(workspace, asked);
    const without = (schema: Schema) => (bare ? strip.reduce(withoutTable, schema) : schema);
    return {
      engine,
      version,
      from: without(from),
      to: without(to),
      said: { from: inWords(sides.from), to: inWords(sides.to) },
    };
  });
}

async function readSide(field: 'from' | 'to', asked: Asked, workspace: Workspace, call: Call): Promise<Side> {
  const text = asked[field];
  if (text === 'migrations') return { kind: 'migrations' };
  if (text === 'models') {
    const { tool } = selectProject(workspace, asked.project);
    throw new LockkeeperError(
      'TOOL.NOT_DRIVEN',
      tool === 'raw-sql'
        ? 'A raw SQL project has no models: its migrations are all there is.'
        : `The models of ${tool} cannot be read by this version of lockkeeper yet.`,
      {
        next: [
          {
            kind: 'call-tool',
            label: 'Compare with the migrations instead',
            tool: 'diffSchemas',
            args: { from: 'migrations', to: asked[field === 'from' ? 'to' : 'from'] },
          },
        ],
      },
    );
  }
  if (text.startsWith('file:')) return { kind: 'file', path: text.slice(5).replace(/^\/\/(?=\/)/, '') };
  if (text.startsWith('backup:')) {
    const id = text.slice(7);
    const manifest = (await call.state()).backups.get(id);
    if (manifest) return { kind: 'backup', manifest };
    throw new LockkeeperError(
      'BACKUP.UNKNOWN',
      `"${field}" names a backup ${plain(id, 80)} that this workspace does not have.`,
      {
        next: [{ kind: 'call-tool', label: 'See which there are', tool: 'backup', args: { action: 'list' } }],
      },
    );
  }
  const target = await openTarget(workspace, { project: asked.project, environment: text });
  try {
    const { engine, version } = target.environment.database;
    return { kind: 'environment', name: text, engine, version, schema: await target.engine.inspect(target.reader) };
  } finally {
    await target.reader.close();
  }
}

async function engineOf(
  sides: { from: Side; to: Side },
  asked: Asked,
  workspace: Workspace,
  call: Call,
): Promise<EngineId> {
  const sure = [sides.from, sides.to].flatMap((side) => ownEngine(side));
  const [first] = sure;
  const other = sure.find((engine) => engine !== first);
  if (first && other)
    throw new LockkeeperError(
      'INPUT.INVALID',
      `"from" and "to" are of different engines (${sure.join(', ')}), which have no common schema. Nothing was compared.`,
    );
  if (first) return first;
  const named = ENGINES.find((engine) => engine === asked.engine);
  if (named) return named;
  const { projects } = workspace.detected;
  const project =
    projects.length === 1 || asked.project !== undefined ? selectProject(workspace, asked.project) : undefined;
  if (project && project.engine !== 'unknown') return project.engine;
  for (const side of [sides.from, sides.to]) {
    const read =
      side.kind === 'file' ? engineOfSql((await readWorkspaceText(call.root, side.path)) ?? '', '') : 'unknown';
    if (read !== 'unknown') return read;
  }
  throw new LockkeeperError(
    'INPUT.INVALID',
    `"engine" is needed: neither side says which of ${ENGINES.join(', ')} it is for.`,
  );
}

function ownEngine(side: Side): readonly EngineId[] {
  if (side.kind === 'environment') return [side.engine];
  if (side.kind === 'backup') return [side.manifest.database.engine];
  return side.kind === 'file' && isDatabaseFile(side.path) ? ['sqlite'] : [];
}

function versionOf(side: Side): string | undefined {
  if (side.kind === 'environment') return side.version;
  return side.kind === 'backup' ? side.manifest.database.version : undefined;
}

async function schemaOf(side: Side, site: SideSite, asked: Asked, workspace: Workspace): Promise<Schema> {
  switch (side.kind) {
    case 'environment':
      return side.schema;
    case 'backup':
      return schemaOfBackup(site, side.manifest);
    case 'file':
      return schemaOfFile(site, side.path);
    case 'migrations': {
      const project = selectProject(workspace, asked.project);
      return schemaOfMigrations(site, project, await toolFor(project.tool));
    }
  }
}

async function historyTables({ detected }: Workspace, asked: Asked): Promise<readonly string[]> {
  const { DETECTORS } = await import('../adapters/detectors.ts');
  const tools = detected.projects
    .filter(({ id }) => asked.project === undefined || id === asked.project)
    .map(({ tool }) => tool);
  return DETECTORS.filter(({ facts }) => tools.includes(facts.id)).map(({ facts }) =>
    facts.historyTable.replace(/^.*\./, ''),
  );
}

function inWords(side: Side): string {
  if (side.kind === 'environment') return `environment ${plain(side.name)}`;
  if (side.kind === 'backup') return `backup ${side.manifest.id}`;
  return side.kind === 'file' ? `file ${plain(side.path)}` : 'the migrations, replayed on a shadow database';
}
