import { engineOfSql } from '../adapters/sql-text.ts';
import { openTarget, selectProject, type Workspace } from '../context/workspace-context.ts';
import type { DatabaseEngine } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import { ENGINES, type EngineId } from '../core/ids.ts';
import { EMPTY_SCHEMA, type Schema } from '../core/schema.ts';
import { plain } from '../core/untrusted.ts';
import { engineFor } from '../engines/index.ts';

/** What statements are judged on. */
export interface Ground {
  readonly engine: DatabaseEngine;
  readonly version: string;
  readonly schema: Schema;
  /** In words: a live schema, or the text alone and why. */
  readonly basis: string;
}

interface Asked {
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
  readonly engine?: string | undefined;
  readonly serverVersion?: string | undefined;
}

/** Judged for where no version is known: old enough that nothing is called harmless only because a newer server made it so. */
const CAUTIOUS_VERSION: Readonly<Record<EngineId, string>> = {
  postgres: '14',
  mysql: '8.0',
  mariadb: '10.6',
  sqlite: '3.37',
  mongodb: '6',
};

/** The database that is meant, where one can be reached; otherwise an empty schema, and that is said. */
export async function judgingGround(workspace: Workspace, asked: Asked, text: string): Promise<Ground> {
  const named = ENGINES.find((engine) => engine === asked.engine);
  const live = await liveGround(workspace, asked, named);
  if ('engine' in live) return live;
  const id = named ?? engineOfProject(workspace, asked) ?? engineIn(text);
  const version = asked.serverVersion ?? CAUTIOUS_VERSION[id];
  return {
    engine: await engineFor(id),
    version,
    schema: EMPTY_SCHEMA,
    basis: `The text alone, as for ${id} ${plain(version, 20)}: ${live.why} Sizes, types and constraints of existing tables are not known.`,
  };
}

async function liveGround(
  workspace: Workspace,
  asked: Asked,
  named: EngineId | undefined,
): Promise<Ground | { readonly why: string }> {
  try {
    const target = await openTarget(workspace, asked);
    try {
      const { database, name } = target.environment;
      if (named && named !== database.engine)
        return { why: `${plain(name)} is ${database.engine}, and ${named} was asked for.` };
      return {
        engine: target.engine,
        version: asked.serverVersion ?? database.version,
        schema: await target.engine.inspect(target.reader),
        basis: `The schema of ${plain(name)} (${database.engine} ${plain(database.version, 20)}).`,
      };
    } finally {
      await target.reader.close();
    }
  } catch (error) {
    if (!(error instanceof LockkeeperError)) throw error;
    // A name that does not exist is a slip to be told; a database that is away is not in the way of reading the text.
    if (asked.environment !== undefined && error.code === 'ENVIRONMENT.UNKNOWN') throw error;
    if (asked.project !== undefined && error.code === 'PROJECT.UNKNOWN') throw error;
    return {
      why:
        error.code === 'ENVIRONMENT.UNKNOWN'
          ? 'no database URL was found.'
          : `the database cannot be used (${error.code}).`,
    };
  }
}

function engineOfProject(workspace: Workspace, asked: Asked): EngineId | undefined {
  const { projects } = workspace.detected;
  if (asked.project === undefined && projects.length !== 1) return undefined;
  const { engine } = selectProject(workspace, asked.project);
  return engine === 'unknown' ? undefined : engine;
}

function engineIn(text: string): EngineId {
  const read = engineOfSql(text, '');
  return read === 'unknown' ? 'postgres' : read;
}
