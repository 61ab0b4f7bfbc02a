import { rm } from 'node:fs/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { LockkeeperError } from '../core/errors.ts';
import type { DatabaseHandle } from '../core/ports.ts';
import { fence } from '../core/untrusted.ts';
import { connectPostgres, openPostgres } from './database/postgres.ts';
import { reach } from './handle.ts';
import { bundledEntry } from './package-files.ts';
import type { DumpWork } from './pglite-dump-host.ts';
import { redact } from './redact.ts';
import { WireRelay } from './wire-relay.ts';

/**
 * Runs pg_dump compiled to WASM (@electric-sql/pglite-tools) against any PostgreSQL server: plain SQL with INSERTs into a new private
 * file. It keeps the whole dump in memory, so it is for small databases. A half file is removed.
 */
export async function dumpWithPglite(
  handle: DatabaseHandle,
  args: readonly string[],
  toFile: string,
  signal?: AbortSignal,
): Promise<void> {
  let relay: WireRelay | undefined;
  const client = await connectPostgres(reach(handle), 'lockkeeper backup', (made) => {
    relay = new WireRelay(made);
  });
  try {
    relay?.take();
    await runWorker(relay as WireRelay, args, toFile, signal);
  } catch (error) {
    await rm(toFile, { force: true });
    if (error instanceof LockkeeperError) throw error;
    if (signal?.aborted)
      throw new LockkeeperError('RUN.CANCELLED', 'The dump was cancelled and its half file removed.');
    throw new LockkeeperError(
      'BACKUP.FAILED',
      `The built-in pg_dump failed; its half file was removed and the database is unchanged. ${fence(redact(String(error instanceof Error ? error.message : error)))}`,
    );
  } finally {
    // Not end(): pg no longer hears the socket, and waits for it.
    Reflect.get(client, 'connection').stream.destroy();
    await forgetSettings(handle);
  }
}

/** On embedded PostgreSQL the dump's settings (an empty search_path, for one) hold for every connection until they are reset. */
async function forgetSettings(handle: DatabaseHandle): Promise<void> {
  const session = await openPostgres(reach(handle), { name: 'lockkeeper backup' }).catch(() => undefined);
  if (!session) return;
  try {
    const [row] = await session.query('SELECT version() AS version');
    if (/PGlite|emscripten/i.test(String(row?.version)))
      for (const sql of ['RESET ALL', 'DEALLOCATE ALL']) await session.execute(sql);
  } finally {
    await session.close();
  }
}

async function runWorker(
  relay: WireRelay,
  args: readonly string[],
  toFile: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const answered = new SharedArrayBuffer(4);
  const flag = new Int32Array(answered);
  const work: DumpWork = { port: port2, answered, args, toFile };
  const worker = new Worker(bundledEntry('pglite-dump-host'), {
    workerData: work,
    transferList: [port2],
    stdout: true,
    stderr: true,
    env: {},
  });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    await new Promise<void>((resolve, reject) => {
      port1.on('message', (bytes: Uint8Array) => {
        relay.exchange(bytes).then(
          (answer) => answerWith(Uint8Array.from(answer)),
          (error: unknown) => {
            answerWith(undefined);
            reject(error);
          },
        );
      });
      function answerWith(answer: Uint8Array | undefined): void {
        port1.postMessage(answer);
        Atomics.store(flag, 0, 1);
        Atomics.notify(flag, 0);
      }
      worker.once('error', reject);
      worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`it ended with code ${code}`))));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    port1.close();
    await worker.terminate();
  }
}
