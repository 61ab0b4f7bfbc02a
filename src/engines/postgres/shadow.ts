import type { Shadow } from '../../core/database-engine.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { Workbench } from '../../core/ports.ts';
import { startCluster } from './cluster.ts';
import { findPostgresProgram } from './programs.ts';
import { majorOf } from './server.ts';

/** An empty throwaway database: a cluster of its own where server programs are installed, else embedded PostgreSQL. */
export async function shadow(
  bench: Workbench,
  need: { readonly rows: boolean; readonly version: string },
): Promise<Shadow> {
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

function isCluster(result: unknown): result is { readonly cluster: Shadow } {
  return typeof result === 'object' && result !== null && 'cluster' in result;
}
