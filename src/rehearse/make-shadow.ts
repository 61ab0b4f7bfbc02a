import type { Shadow } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Context, MigrationTool } from '../core/migration-tool.ts';
import type { DatabaseHandle, Reader, Workbench } from '../core/ports.ts';
import type { RehearsalSource } from '../core/rehearsal.ts';
import type { State } from '../state/open-state.ts';
import { runOn } from './run-on-shadow.ts';

/** Above this a copy takes longer than it teaches; the structure without rows is rehearsed then. */
const LARGEST_COPY_BYTES = 2 * 1024 ** 3;

export interface RehearsalSite {
  readonly context: Context;
  readonly tool: MigrationTool;
  readonly database: DatabaseHandle;
  readonly bench: Workbench;
  readonly state: State;
  /** A reader on another database with the same workspace. */
  readerOn(database: DatabaseHandle): Reader & { close(): Promise<void> };
}

/** What to rehearse on where nothing was asked for: rows and all while that is quick. */
export async function chooseSource({ context }: RehearsalSite): Promise<RehearsalSource> {
  return (await context.engine.size(context.reader)) <= LARGEST_COPY_BYTES ? 'copy' : 'schema';
}

/** A throwaway database that stands where the real one stands. */
export async function makeShadow(site: RehearsalSite, source: RehearsalSource): Promise<Shadow> {
  const { context, bench } = site;
  const { engine } = context;
  const version = context.environment.database.version;
  bench.progress(`Making a shadow database (${source})`);
  if (source === 'replay')
    return filled(await engine.shadow(bench, { rows: false, version }), (shadow) => replay(site, shadow));
  if (source === 'backup') {
    const manifest = site.state.backups
      .list()
      .find(
        (one) =>
          one.database.fingerprint === context.environment.database.fingerprint &&
          one.scope.kind === 'full' &&
          one.verified === 'restored' &&
          !one.foreign,
      );
    if (!manifest)
      throw new LockkeeperError(
        'BACKUP.UNKNOWN',
        'There is no proven full backup of this database to rehearse on. Nothing was changed.',
        {
          next: [
            {
              kind: 'call-tool',
              label: 'Take one',
              tool: 'backup',
              args: { action: 'create', environment: context.environment.name },
            },
          ],
        },
      );
    return filled(await engine.shadow(bench, { rows: true, version }), (shadow) =>
      engine.restore(bench, `${manifest.location}/${manifest.file}`, shadow.database, { replace: false }),
    );
  }
  const folder = await bench.temporaryFolder();
  try {
    const taken = await engine.backup(
      bench,
      site.database,
      { kind: source === 'copy' ? 'full' : 'schema' },
      folder.path,
    );
    const shadow = await engine.shadow(bench, { rows: source === 'copy', version });
    return await filled(shadow, () =>
      engine.restore(bench, `${folder.path}/${taken.file}`, shadow.database, { replace: false }),
    );
  } finally {
    await folder.remove();
  }
}

async function filled(shadow: Shadow, fill: (shadow: Shadow) => Promise<void>): Promise<Shadow> {
  try {
    await fill(shadow);
    return shadow;
  } catch (error) {
    await shadow.dispose();
    throw error;
  }
}

/** Runs the migrations that the real database has applied, in order, on the empty shadow. */
async function replay(site: RehearsalSite, shadow: Shadow): Promise<void> {
  const applied = (await site.tool.status(site.context)).applied.at(-1);
  if (!applied) return;
  const reader = site.readerOn(shadow.database);
  const session = await site.bench.connect(shadow.database, { name: 'lockkeeper: replay' });
  try {
    const context = { ...site.context, reader, schema: await site.context.engine.inspect(reader) };
    await runOn(session, context.engine, await site.tool.plan({ operation: 'run', to: applied.id }, context));
  } finally {
    await session.close();
    await reader.close();
  }
}
