import type { DatabaseEngine } from '../core/database-engine.ts';
import type { Environment, Project } from '../core/environment.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Context, MigrationTool } from '../core/migration-tool.ts';
import type { Draft } from '../core/plan.ts';
import type { DatabaseHandle, Reader, Session, Workbench } from '../core/ports.ts';
import type { Schema } from '../core/schema.ts';
import { plain } from '../core/untrusted.ts';
import { resolveInside } from '../io/workspace.ts';
import type { BackupManifest } from '../state/backup-store.ts';
import { withoutTable } from './round-trip.ts';
import { runOn } from './run-on-shadow.ts';

/** What making a schema out of something other than a live database takes. */
export interface SideSite {
  readonly root: string;
  readonly bench: Workbench;
  readonly engine: DatabaseEngine;
  /** Of the server the schema is compared with; a shadow is as near to it as this machine has. */
  readonly version: string;
  readerOn(database: DatabaseHandle): Reader & { close(): Promise<void> };
}

/** The schema that all migrations make, run one after the other on an empty shadow database; without the history table. */
export function schemaOfMigrations(site: SideSite, project: Project, tool: MigrationTool): Promise<Schema> {
  return onShadow(site, false, async (reader, database) => {
    const identity = await site.engine.identify(reader);
    const environment: Environment = {
      name: 'shadow',
      kind: 'test',
      protected: false,
      urlSource: 'a shadow database',
      database: identity,
      evidence: ['it was made for this and is thrown away'],
    };
    const context: Context = {
      project,
      environment,
      engine: site.engine,
      schema: await site.engine.inspect(reader),
      reader,
    };
    const session = await site.bench.connect(database, { name: 'lockkeeper: replay' });
    try {
      for (const draft of await tool.plan({ operation: 'run' }, context)) await replayed(draft, session, site.engine);
    } finally {
      await session.close();
    }
    return withoutTable(await site.engine.inspect(reader), tool.historyTable);
  });
}

/** The schema inside a backup, by putting it back on a shadow database. */
export function schemaOfBackup(site: SideSite, manifest: BackupManifest): Promise<Schema> {
  const file = `${manifest.location}/${manifest.file}`;
  return onShadow(
    { ...site, version: manifest.database.version },
    manifest.scope.kind !== 'schema',
    async (reader, database) => {
      await site.engine.restore(site.bench, file, database, { replace: false });
      return site.engine.inspect(reader);
    },
  );
}

/** The schema a file makes: SQL is run on a shadow database, a SQLite database is read where it lies. */
export async function schemaOfFile(site: SideSite, path: string): Promise<Schema> {
  if (isDatabaseFile(path)) {
    const absolute = await resolveInside(site.root, path);
    if (!(await site.bench.files.exists(absolute))) throw noFile(path);
    const reader = site.readerOn(site.bench.handle(`sqlite:${absolute}`));
    try {
      return await site.engine.inspect(reader);
    } finally {
      await reader.close();
    }
  }
  return onShadow(site, false, async (reader, database) => {
    const text = await reader.file(path);
    if (text === undefined) throw noFile(path);
    const session = await site.bench.connect(database, { name: 'lockkeeper: load' });
    try {
      for (const statement of await site.engine.split(text)) {
        try {
          await session.execute(statement.sql);
        } catch (error) {
          if (!(error instanceof LockkeeperError)) throw error;
          const place = `${plain(path)} line ${statement.line}`;
          throw new LockkeeperError(error.code, `${place}: ${error.message} It ran on a shadow database only.`, {
            next: error.next,
            cause: error,
          });
        }
      }
    } finally {
      await session.close();
    }
    return site.engine.inspect(reader);
  });
}

/** Says which migration does not run on an empty database, and that nothing real was touched. */
async function replayed(draft: Draft, session: Session, engine: DatabaseEngine): Promise<void> {
  try {
    await runOn(session, engine, [draft]);
  } catch (error) {
    if (!(error instanceof LockkeeperError)) throw error;
    throw new LockkeeperError(
      'REHEARSAL.FAILED',
      `The migrations cannot be replayed on an empty database: "${draft.title}" failed there. No real database was touched. ${error.message}`,
      { next: error.next, cause: error },
    );
  }
}

export function isDatabaseFile(path: string): boolean {
  return /\.(db|db3|sqlite|sqlite3)$/i.test(path);
}

async function onShadow(
  site: SideSite,
  rows: boolean,
  work: (reader: Reader, database: DatabaseHandle) => Promise<Schema>,
): Promise<Schema> {
  const shadow = await site.engine.shadow(site.bench, { rows, version: site.version });
  const reader = site.readerOn(shadow.database);
  try {
    return await work(reader, shadow.database);
  } finally {
    await reader.close();
    await shadow.dispose();
  }
}

function noFile(path: string): LockkeeperError {
  return new LockkeeperError('INPUT.INVALID', `There is no file ${plain(path)} in the workspace. Nothing was done.`);
}
