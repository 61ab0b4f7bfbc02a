import { randomBytes } from 'node:crypto';
import type { Shadow } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { startCluster } from './cluster.ts';
import { asSuperuser, contained, makeOwner, newLogin } from './contained.ts';
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

/**
 * A database of its own on the server that the user set aside, dropped when it is done with. Where that user is a superuser there, what
 * runs in the shadow is a role that owns the shadow alone.
 */
async function databaseOn(bench: Workbench, server: DatabaseHandle): Promise<Shadow> {
  const name = `lockkeeper_shadow_${randomBytes(6).toString('hex')}`;
  const login = newLogin();
  const { version, confined } = await onServer(bench, server, async (session) => {
    const [row] = await session.query(
      "SELECT current_setting('server_version') AS version, current_setting('is_superuser') AS superuser",
    );
    const confined = row?.superuser === 'on';
    if (confined) await makeOwner(session, login);
    await session.execute(`CREATE DATABASE ${name}${confined ? ` OWNER ${login.user}` : ''} TEMPLATE template0`);
    return { version: String(row?.version).split(' ')[0] ?? '', confined };
  });
  const own = bench.sibling(server, name);
  if (confined)
    await asSuperuser(bench, own, async (session) => {
      await session.execute(`ALTER SCHEMA public OWNER TO ${login.user}`);
    });
  return {
    database: confined ? contained(bench.sibling(server, name, login), own) : own,
    server: { engine: 'postgres', version, kind: 'configured shadow server' },
    dispose: () =>
      onServer(bench, server, async (session) => {
        await session.execute(`DROP DATABASE IF EXISTS ${name}`);
        if (confined) await session.execute(`DROP ROLE IF EXISTS ${login.user}`);
      }),
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
