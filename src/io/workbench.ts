import { LockkeeperError } from '../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../core/ports.ts';
import { credentialsFor } from './credentials.ts';
import { openSession } from './database/open.ts';
import { sqliteFile } from './database/sqlite-file.ts';
import { onDatabase } from './database-url.ts';
import { workbenchFiles } from './files.ts';
import { freePort } from './free-port.ts';
import { handleFor, reach } from './handle.ts';
import { privateFolder, removeAbandonedFolders } from './private-folders.ts';
import { findProgram, runProgram, startProgram } from './programs.ts';
import { Secret } from './secret.ts';

interface Options {
  readonly root: string;
  readonly signal: AbortSignal;
  readonly progress: (message: string, fraction?: number) => void;
  readonly shadowServer?: DatabaseHandle | undefined;
}

/** Everything an engine may do to the world. `dispose` closes, stops and removes whatever is still there, newest first. */
export function createWorkbench(options: Options): Workbench & { dispose(): Promise<void> } {
  const { root, signal } = options;
  const open = new Set<() => Promise<void>>();
  const track = <T extends () => Promise<void>>(end: T): (() => Promise<void>) => {
    const once = async (): Promise<void> => {
      open.delete(once);
      await end();
    };
    open.add(once);
    return once;
  };
  const secrets = (database: Parameters<typeof credentialsFor>[0] | undefined) =>
    database && { secretEnvironment: credentialsFor(database) };
  return {
    signal,
    progress: options.progress,
    shadowServer: options.shadowServer,
    connect: async (database, wanted) => closing(await openSession(database, wanted), track),
    handle: (url) => handleFor(Secret.of(url), root),
    sibling: (database, name, login) => handleFor(onDatabase(reach(database).url, name, login), root),
    run: (call) => runProgram(call, { signal, ...secrets(call.database) }),
    async start(call) {
      const started = await startProgram(call, { signal, ...secrets(call.database) });
      const stop = track(started.stop);
      return { exited: started.exited, stop };
    },
    findProgram,
    freePort,
    async temporaryFolder() {
      const folder = await privateFolder();
      return { path: folder.path, remove: track(folder.remove) };
    },
    files: workbenchFiles,
    sqlite: {
      fileOf: (database) => sqliteFile(reach(database)),
      async backup(from, toFile) {
        const { copyDatabase } = await import('./database/sqlite-backup.ts');
        await copyDatabase(from, toFile, { signal, progress: options.progress });
      },
    },
    pglite: {
      async start(wanted) {
        const { startPglite } = await import('./pglite.ts');
        const started = await startPglite(wanted);
        return { ...started, stop: track(started.stop) };
      },
      async dump(database, args, toFile) {
        const { dumpWithPglite } = await import('./pglite-dump.ts');
        await dumpWithPglite(database, args, toFile, signal);
      },
    },
    async dispose() {
      const failures: unknown[] = [];
      for (const end of [...open].reverse()) await end().catch((error: unknown) => failures.push(error));
      await removeAbandonedFolders();
      if (failures.length > 0)
        throw new LockkeeperError('INTERNAL.BUG', 'Something that the workbench started could not be ended.', {
          cause: failures[0],
        });
    },
  };
}

/** The same session, forgotten by the workbench once it is closed. */
function closing(session: Session, track: (end: () => Promise<void>) => () => Promise<void>): Session {
  const close = session.close.bind(session);
  session.close = track(close);
  return session;
}
