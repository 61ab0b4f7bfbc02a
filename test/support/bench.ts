import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseHandle, ProgramCall, Workbench } from '../../src/core/ports.ts';
import { credentialsFor } from '../../src/io/credentials.ts';
import { openPostgres } from '../../src/io/database/postgres.ts';
import { handleFor, reach } from '../../src/io/handle.ts';
import { startPglite } from '../../src/io/pglite.ts';
import { dumpWithPglite } from '../../src/io/pglite-dump.ts';
import { findProgram, runProgram, startProgram } from '../../src/io/programs.ts';
import { Secret } from '../../src/io/secret.ts';
import { freePort } from './postgres.ts';

/** A handle for a URL, as the rest of the program would have it. */
export function handleOf(url: string): DatabaseHandle {
  return handleFor(Secret.of(url), '/');
}

/** As little of a workbench as engines need, made of the real parts; `overrides` fake the outside, such as which programs are installed. */
export function testBench(
  overrides: Partial<Workbench> & { readonly environment?: Readonly<Record<string, string>> } = {},
): Workbench {
  const controller = new AbortController();
  const signal = overrides.signal ?? controller.signal;
  const options = (call: ProgramCall) => ({
    signal,
    ...(call.database && { secretEnvironment: { ...credentialsFor(call.database), ...overrides.environment } }),
  });
  return {
    signal,
    progress: () => {},
    connect: (database, sessionOptions) => openPostgres(reach(database), sessionOptions),
    handle: (url) => handleOf(url),
    run: (call) => runProgram(call, options(call)),
    start: (call) => startProgram(call, options(call)),
    findProgram: (name, folders) => findProgram(name, folders),
    freePort,
    async temporaryFolder() {
      const path = await mkdtemp(join(tmpdir(), 'lockkeeper-bench-'));
      return { path, remove: () => rm(path, { recursive: true, force: true }) };
    },
    files: {
      exists: async (path) => existsSync(path),
      size: async (path) => (await stat(path)).size,
      async sha256(path) {
        const hash = createHash('sha256');
        for await (const chunk of createReadStream(path)) hash.update(chunk);
        return hash.digest('hex');
      },
      copy: (from, to) => copyFile(from, to),
      async write(path, contents) {
        const file = await open(path, 'wx', 0o600);
        await file.writeFile(contents);
        await file.close();
      },
      rename: (from, to) => rename(from, to),
      lines: (path) => linesOf(path),
      remove: (path) => rm(path, { force: true }),
      folder: async (path) => void (await mkdir(path, { recursive: true })),
      identity: async (path) => ({ device: '', inode: '', realPath: path }),
    },
    sqlite: {
      fileOf: () => {
        throw new Error('not here');
      },
      backup: async () => {
        throw new Error('not here');
      },
    },
    pglite: {
      start: (pgliteOptions) => startPglite(pgliteOptions),
      dump: (database, args, toFile) => dumpWithPglite(database, args, toFile, signal),
    },
    ...overrides,
  };
}

/** At \n only: a carriage return may stand in a value. */
async function* linesOf(path: string): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
