import { randomBytes } from 'node:crypto';
import type { Shadow } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { startCluster } from './cluster.ts';
import { findPostgresProgram } from './programs.ts';
import { majorOf } from './server.ts';

/** An empty throwaway database: a cluster of its own where server programs are installed, else embedded PostgreSQL. */
export async function shadow(
  bench: Workbench,
  need: { readonly rows: boolean; readonly version: string },
): Promise<Shadow> {
  if (bench.shadowServer?.engine === 'postgres') return databaseOn(bench, bench.shadowServer);
  const initdb = await findPostgresProgram(bench, 'initdb', majorOf(need.version));
  const problem: unknown = initdb
    ? await startCluster(bench, initdb).then(
        (cluster) => ({ cluster }),
        (error: unknown) => ({ error }),
      )
    : undefined;
  if (isCluster(problem)) return problem.cluster;
  if (bench.signal.aborted) throw new LockkeeperError('RUN.CANCELLED', 'Making a shadow database was cancelled.');
  if (initdb) bench.progress('The installed PostgreSQL server could not start; using embedded PostgreSQL.');
  const embedded = await bench.pglite.start({});
  return {
    database: embedded.database,
    server: { engine: 'postgres', version: embedded.version, kind: 'embedded PGlite' },
    dispose: () => embedded.stop(),
  };
}

/** A database of its own on the server that the user set aside, dropped when it is done with. */
async function databaseOn(bench: Workbench, server: DatabaseHandle): Promise<Shadow> {
  const name = `lockkeeper_shadow_${randomBytes(6).toString('hex')}`;
  const version = await onServer(bench, server, async (session) => {
    await session.execute(`CREATE DATABASE ${name} TEMPLATE template0`);
    const [row] = await session.query('SHOW server_version');
    return String(row?.server_version).split(' ')[0] ?? '';
  });
  return {
    database: bench.sibling(server, name),
    server: { engine: 'postgres', version, kind: 'configured shadow server' },
    dispose: () =>
      onServer(bench, server, async (session) => void (await session.execute(`DROP DATABASE IF EXISTS ${name}`))),
  };
}

async function onServer<T>(
  bench: Workbench,
  server: DatabaseHandle,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await bench.connect(server, { name: 'lockkeeper: shadow server' });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

function isCluster(result: unknown): result is { readonly cluster: Shadow } {
  return typeof result === 'object' && result !== null && 'cluster' in result;
}
