/**
 * Entry point of a worker thread that runs pg_dump compiled to WASM. That program reads and writes its connection synchronously, so
 * each exchange blocks this thread until the main thread, which holds the real connection, has the server's answer.
 */
import { writeFileSync } from 'node:fs';
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';

/** What the main thread hands this one. */
export interface DumpWork {
  readonly port: MessagePort;
  /** One Int32: 1 where an answer waits. */
  readonly answered: SharedArrayBuffer;
  readonly args: readonly string[];
  readonly toFile: string;
}

const { port, answered, args, toFile } = workerData as DumpWork;
const flag = new Int32Array(answered);

function exchange(message: Uint8Array): Uint8Array {
  Atomics.store(flag, 0, 0);
  // Copied: the bytes lie in memory that WASM goes on to use.
  port.postMessage(Uint8Array.from(message));
  Atomics.wait(flag, 0, 0);
  const answer: unknown = receiveMessageOnPort(port)?.message;
  if (!(answer instanceof Uint8Array)) throw new Error('the connection to the database was lost');
  return answer;
}

// All that pgDump() calls (pglite-tools 0.4.8, src/pg_dump.ts). The session is thrown away afterwards, so nothing is put back here.
const connection: PGlite = Object.assign(Object.create(null), {
  query: async () => ({ rows: [{ search_path: '' }] }),
  exec: async () => [],
  execProtocolRawStream: (message: Uint8Array, options: { onRawData(data: Uint8Array): void }) => {
    const answer = exchange(message);
    if (answer.length > 0) options.onRawData(answer);
  },
});

const file = await pgDump({ pg: connection, args: [...args] });
writeFileSync(toFile, Buffer.from(await file.arrayBuffer()), { mode: 0o600, flag: 'wx' });
port.close();
