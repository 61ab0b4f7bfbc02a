import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LockkeeperError } from '../core/errors.ts';
import type { DatabaseHandle } from '../core/ports.ts';
import { fence } from '../core/untrusted.ts';
import { handleFor } from './handle.ts';
import { bundledEntry } from './package-files.ts';
import { redact } from './redact.ts';
import { Secret } from './secret.ts';

const START_MS = 60_000;
const STOP_MS = 8_000;

/**
 * Starts embedded PostgreSQL (PGlite) in a process of its own, in memory or in a folder.
 *
 * What does not hold there, because every connection is the same backend (pglite-socket 0.2.11, QueryQueueManager):
 * - advisory locks never conflict, and locks of one connection are seen as the other's own; pg_backend_pid() is one number;
 * - SET in one connection holds in all, so our sessions set nothing there (postgres.ts) and limits of time are not kept;
 * - while one connection is in a transaction, the others wait for it to end; prepared statements share one space of names;
 * - a running statement cannot be cancelled;
 * - any user name and password is let in: it listens on loopback only, and holds only what lockkeeper puts there.
 */
export async function startPglite(options: {
  readonly folder?: string;
}): Promise<{ readonly database: DatabaseHandle; readonly version: string; stop(): Promise<void> }> {
  const args = [bundledEntry('pglite-host'), ...(options.folder === undefined ? [] : [options.folder])];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { TZ: 'UTC' } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // Writing to a host that is gone must not end this process.
  child.stdin.on('error', () => {});
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  };
  try {
    const { port, version } = await firstLine(child.stdout, ended);
    const url = Secret.of(`postgresql://postgres:pglite@127.0.0.1:${port}/postgres?sslmode=disable`);
    // Neither the host nor its pipes keep this process alive; its own end closes the host's stdin.
    child.unref();
    for (const pipe of [child.stdin, child.stdout, child.stderr]) if ('unref' in pipe) (pipe.unref as () => void)();
    return { database: handleFor(url, process.cwd()), version, stop };
  } catch (error) {
    child.kill('SIGKILL');
    if (error instanceof LockkeeperError) throw error;
    throw new LockkeeperError('PROGRAM.FAILED', `Embedded PostgreSQL did not start. ${fence(redact(said))}`);
  }
}

async function firstLine(
  output: NodeJS.ReadableStream,
  ended: Promise<void>,
): Promise<{ readonly port: number; readonly version: string }> {
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), START_MS);
    ended.then(() => reject(new Error('it ended')));
  });
  try {
    const line = new Promise<string>((resolve) => createInterface({ input: output }).once('line', resolve));
    const answer: unknown = JSON.parse(await Promise.race([line, failed]));
    if (typeof answer !== 'object' || answer === null || !('port' in answer) || !('version' in answer))
      throw new Error('an answer of another shape');
    return { port: Number(answer.port), version: String(answer.version) };
  } finally {
    clearTimeout(timer);
  }
}
