import { LockkeeperError } from '../core/errors.ts';
import type { DatabaseHandle, Reader, Session } from '../core/ports.ts';
import { fence, plain } from '../core/untrusted.ts';
import { credentialsFor } from './credentials.ts';
import { openSession } from './database/open.ts';
import { sqliteFile } from './database/sqlite-file.ts';
import { fileIdentity } from './file-identity.ts';
import { reach } from './handle.ts';
import { runProgram } from './programs.ts';
import { listFolder, readWorkspaceText } from './workspace.ts';

/** PostgreSQL's catalogue functions lock the table that they describe; whoever holds it for long must not hold us up as long. */
const LOCK_WAIT_MS = 5_000;
/** A status command that has not answered by then will not. */
const COMMAND_MS = 120_000;

/** A Reader on a workspace and, where one is given, its database: opened when first asked, and never able to write. */
export function createReader(options: {
  readonly root: string;
  readonly database?: DatabaseHandle;
}): Reader & { close(): Promise<void> } {
  const { root, database } = options;
  let opening: Promise<Session> | undefined;
  let closed = false;
  const session = (): Promise<Session> => {
    if (database === undefined)
      throw new LockkeeperError('ENVIRONMENT.NO_URL', 'There is no database to ask: no URL was given.');
    // It would open a connection that nobody closes.
    if (closed) throw new Error('a reader that was closed is asked');
    opening ??= openSession(database, { readOnly: true, name: 'lockkeeper (looking)', lockWaitMs: LOCK_WAIT_MS });
    // A database that was out of reach may be there the next time.
    opening.catch(() => (opening = undefined));
    return opening;
  };
  // Read once: what an adapter plans from and what the plan's digest covers are then the same bytes.
  const texts = new Map<string, Promise<string | undefined>>();
  return {
    file(path) {
      const text = texts.get(path) ?? readWorkspaceText(root, path);
      texts.set(path, text);
      return text;
    },
    list: (folder) => listFolder(root, folder),
    query: async (sql, values) => await (await session()).query(sql, values),
    async run(command, values = {}) {
      if (command.effect !== 'read') throw new Error('a reader runs only commands that read');
      const argv = fill(command.argv, values);
      const result = await runProgram(
        { argv, cwd: root, timeoutMs: COMMAND_MS },
        database && { secretEnvironment: credentialsFor(database) },
      );
      if (result.exitCode === 0) return result.stdout;
      throw new LockkeeperError(
        'PROGRAM.FAILED',
        `${plain(argv[0])} ended with code ${result.exitCode}. It was only asked to read. ${fence(result.stderr || result.stdout)}`,
      );
    },
    async fileIdentity() {
      if (database?.engine !== 'sqlite') return undefined;
      return await fileIdentity(sqliteFile(reach(database)));
    },
    async close() {
      closed = true;
      const opened = await opening?.catch(() => undefined);
      opening = undefined;
      await opened?.close();
    },
  };
}

/** Puts values into `{name}` placeholders; a value stays within its one argument whatever is in it. */
export function fill(
  argv: readonly [string, ...string[]],
  values: Readonly<Record<string, string>>,
): [string, ...string[]] {
  const one = (argument: string): string =>
    argument.replace(/\{([\w-]+)\}/g, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined)
        throw new LockkeeperError('INTERNAL.BUG', `The command has no value for ${whole}. It was not run.`);
      return value;
    });
  const [program, ...args] = argv;
  return [one(program), ...args.map(one)];
}
