/**
 * Entry point of a process of its own that runs embedded PostgreSQL behind the real wire protocol on loopback. A process, because
 * PGlite computes on the thread that called it. Says `{"port":…,"version":…}` on its first line, stops when its stdin closes:
 * that happens however the parent ends, so no host outlives it.
 */
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { answerOncePerSync } from './pglite-ready.ts';

/** All connections share one backend and wait for one another; the number only bounds mistakes. */
const CONNECTIONS = 32;

const folder = process.argv[2];
let stopping = false;
let stop = async (): Promise<void> => {};

async function end(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  // A database that does not close in time must not keep the process; in memory there is nothing to lose.
  setTimeout(() => process.exit(code), 5_000).unref();
  await stop().catch(() => {});
  process.exit(code);
}
process.stdin.on('end', () => void end(0)).on('error', () => void end(0));
process.stdin.resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

const database = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
answerOncePerSync(database);
const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: CONNECTIONS });
stop = async () => {
  await server.stop();
  await database.close();
};
await server.start();
const answer = await database.query<{ version: string }>("SELECT current_setting('server_version') AS version");
const port = Number(server.getServerConn().split(':').at(-1));
process.stdout.write(`${JSON.stringify({ port, version: answer.rows[0]?.version ?? '' })}\n`);
