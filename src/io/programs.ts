import { access, constants, type FileHandle, open } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LockkeeperError } from '../core/errors.ts';
import type { ProgramCall, ProgramResult } from '../core/ports.ts';
import { plain } from '../core/untrusted.ts';
import { fileError } from './file-errors.ts';
import { redact } from './redact.ts';

/** How much of a program's output is kept, in characters of the end (the end is where programs say what went wrong). */
const OUTPUT_CAP = 200_000;
/** Longer than any secret. */
const CUT_MARGIN = 8_192;

/** Variables every program is given. Nothing else of our environment is passed on: it may hold other databases' secrets. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SYSTEMROOT',
  'COMSPEC',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Added to the environment after the caller's; where credentials go. */
  readonly secretEnvironment?: Readonly<Record<string, string>>;
}

/** Runs a program without a shell, with closed or redirected stdin and a stated environment. Not starting is PROGRAM.MISSING; a non-zero exit is the caller's to judge. */
export async function runProgram(call: ProgramCall, options: RunOptions = {}): Promise<ProgramResult> {
  return await (await startProgram(call, options)).exited;
}

/** Starts a program; `exited` is how it ends. */
export async function startProgram(
  call: ProgramCall,
  options: RunOptions = {},
): Promise<{ readonly exited: Promise<ProgramResult>; stop(): Promise<void> }> {
  const { execa } = await import('execa');
  const [program, ...args] = asOtherUser(call);
  const input = call.stdinFile === undefined ? undefined : await opened(call.stdinFile, 'r');
  const output = call.stdoutFile === undefined ? undefined : await opened(call.stdoutFile, 'wx');
  const child = execa(program, args, {
    ...(call.cwd !== undefined && { cwd: call.cwd }),
    env: { ...passedOn(), ...call.environment, ...options.secretEnvironment },
    extendEnv: false,
    reject: false,
    // Descriptors, so that the bytes go past this process and not through it. execa takes any number; its types name those up to 9.
    stdin: (input?.fd as 3 | undefined) ?? 'ignore',
    stdout: (output?.fd as 3 | undefined) ?? 'pipe',
    stderr: 'pipe',
    buffer: false,
    ...(call.timeoutMs !== undefined && { timeout: call.timeoutMs }),
    ...(options.signal && { cancelSignal: options.signal }),
    forceKillAfterDelay: 5_000,
    cleanup: true,
  });
  const stdout = new Tail(child.stdout);
  const stderr = new Tail(child.stderr);
  // The program has its own copies: it was spawned before execa returned.
  await Promise.all([output?.close(), input?.close()]);
  const exited = (async (): Promise<ProgramResult> => {
    const result = await child;
    if (result.isCanceled)
      throw new LockkeeperError('RUN.CANCELLED', `${plain(program)} was stopped because the run was cancelled.`);
    if (result.exitCode === undefined && (result.code === 'ENOENT' || result.code === 'EACCES'))
      throw new LockkeeperError(
        'PROGRAM.MISSING',
        `The program ${plain(program)} cannot be started: ${result.code === 'ENOENT' ? 'it is not installed' : 'it may not be executed'}.`,
      );
    if (result.timedOut)
      throw new LockkeeperError(
        'PROGRAM.FAILED',
        `${plain(program)} was stopped after ${call.timeoutMs} ms, its time limit.`,
      );
    return { exitCode: result.exitCode ?? 128, stdout: stdout.text(), stderr: stderr.text() };
  })();
  // Someone may only ever call stop(); a failure must not end the process then.
  exited.catch(() => {});
  return {
    exited,
    async stop() {
      child.kill('SIGTERM');
      await exited.catch(() => {});
    },
  };
}

/** The end of what a program says. */
class Tail {
  #text = '';
  #cut = false;

  constructor(stream: NodeJS.ReadableStream | null | undefined) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      if (this.#text.length <= 2 * OUTPUT_CAP) return;
      this.#text = this.#text.slice(-OUTPUT_CAP);
      this.#cut = true;
    });
  }

  text(): string {
    const cut = this.#cut || this.#text.length > OUTPUT_CAP;
    const text = this.#text.slice(-OUTPUT_CAP);
    // A secret that was cut in half would not be recognised: what follows the cut goes too.
    return redact(cut ? text.slice(CUT_MARGIN) : text);
  }
}

async function opened(path: string, flags: 'r' | 'wx'): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    throw fileError(error, path, 'The program was not started.');
  }
}

/** Absolute path of a program in the given folders or on PATH. */
export async function findProgram(name: string, folders: readonly string[] = []): Promise<string | undefined> {
  for (const folder of [...folders, ...(process.env.PATH ?? '').split(delimiter)]) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

function passedOn(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** runuser keeps the environment we state and asks nothing; it exists wherever PostgreSQL refuses to run as root. */
function asOtherUser(call: ProgramCall): readonly [string, ...string[]] {
  return call.asUser === undefined ? call.argv : ['runuser', '-u', call.asUser, '--', ...call.argv];
}
