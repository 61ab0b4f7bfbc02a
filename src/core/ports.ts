import type { CommandFact, Values } from './action.ts';
import type { LockkeeperError } from './errors.ts';
import type { EngineId } from './ids.ts';

/**
 * What code outside `io/` may do to the world, as interfaces. `io/` implements them; who is handed which one decides who can
 * write: adapters and engines get a Reader while planning; only execute/ and rehearse/ are handed a Workbench or a Session.
 */

export type Row = Readonly<Record<string, unknown>>;

/** The workspace's files as detection sees them: listed once (.gitignore respected), read on demand, never outside the root. */
export interface WorkspaceFiles {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Relative paths with `/`, sorted. */
  readonly paths: readonly string[];
  /** UTF-8 text, or undefined where the file is missing, larger than 1 MiB or not text. Cached. */
  read(path: string): Promise<string | undefined>;
}

/** The only window adapters and engines have on the world while planning. It has no way to write. */
export interface Reader {
  /** Text of a workspace file; undefined where there is none. Throws MIGRATION.INVALID for invalid UTF-8, WORKSPACE.OUTSIDE for a path or link that leads out. */
  file(path: string): Promise<string | undefined>;
  /** Names of the files directly in a workspace folder, sorted; empty where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Runs in a transaction that cannot write. Values are bound, never spliced: `$1` in PostgreSQL, `?` elsewhere. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  run(command: CommandFact & { readonly effect: 'read' }, values?: Values): Promise<string>;
  /** For a database that is a file: what the file system says of it; undefined for servers. */
  fileIdentity?(): Promise<{ readonly device: string; readonly inode: string; readonly realPath: string } | undefined>;
}

declare const handleBrand: unique symbol;
/** Names a database without giving away how to reach it: the URL stays inside `io/`. */
export interface DatabaseHandle {
  readonly engine: EngineId;
  /** For people: host, port and database, or the file's path; never a password or a parameter. */
  readonly place: string;
  readonly [handleBrand]: true;
}

/** One open connection that can write. */
export interface Session {
  readonly engine: EngineId;
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs one statement; `rows` is how many it changed. */
  execute(sql: string): Promise<{ readonly rows: number }>;
  /** Runs statements in order and stops at the first that fails, in one message to the server where the wire allows it. */
  batch?(statements: readonly string[]): Promise<{ readonly done: number; readonly error?: LockkeeperError }>;
  /** Rows as arrays, in batches; memory does not grow with the result. */
  stream(sql: string): AsyncIterable<readonly (readonly unknown[])[]>;
  /** SQLite: how many statements that can write (sqlite3_stmt_readonly says no) this session has run; others leave it out. */
  readonly writingStatements?: number;
  /** Asks the server to stop what this session is doing. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly readOnly?: boolean;
  /** Shown to other users of the server (PostgreSQL application_name). */
  readonly name?: string;
  readonly statementMs?: number;
  readonly lockWaitMs?: number;
  /** SQLite: makes the file where there is none. Left out, a missing file is DATABASE.MISSING. */
  readonly create?: boolean;
}

/** A program to run without a shell. */
export interface ProgramCall {
  readonly argv: readonly [program: string, ...args: string[]];
  /** Gives the program this database's place and credentials through the environment its engine's programs read; never through argv. */
  readonly database?: DatabaseHandle;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdoutFile?: string;
  readonly stdinFile?: string;
  /** Run as another user of the system (PostgreSQL's server refuses to run as root). */
  readonly asUser?: string;
  readonly timeoutMs?: number;
}

/** Output is capped and secrets are taken out of it; it is still untrusted. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything an engine needs to back up, restore and make shadows. Only execute/ and rehearse/ create one. Paths here are absolute. */
export interface Workbench {
  readonly signal: AbortSignal;
  /** A server the user set aside for shadow databases. */
  readonly shadowServer?: DatabaseHandle | undefined;
  progress(message: string, fraction?: number): void;
  connect(database: DatabaseHandle, options?: SessionOptions): Promise<Session>;
  /** A handle for a database the workbench itself started or made. */
  handle(url: string): DatabaseHandle;
  /** Another database of the same server, reached the same way, or as another user. */
  sibling(
    database: DatabaseHandle,
    name: string,
    login?: { readonly user: string; readonly password: string },
  ): DatabaseHandle;
  run(call: ProgramCall): Promise<ProgramResult>;
  /** Starts a long-running program; it is stopped by `stop`, by cancellation and when this process ends. */
  start(call: ProgramCall): Promise<{ readonly exited: Promise<ProgramResult>; stop(): Promise<void> }>;
  /** Absolute path of a program on PATH or in one of the folders; undefined where there is none. */
  findProgram(name: string, folders?: readonly string[]): Promise<string | undefined>;
  freePort(): Promise<number>;
  /** A new private folder (0700), removed with `remove`, at the latest when this process ends. */
  temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }>;
  readonly files: WorkbenchFiles;
  readonly sqlite: {
    /** Path of the file behind a handle. */
    fileOf(database: DatabaseHandle): string;
    /**
     * The online backup API: copies a live database into a new file, page by page, while others read and write. Where the file
     * exists, its content is replaced in one transaction that a crash rolls back; waits for locks as long as `from` would.
     */
    backup(from: Session, toFile: string): Promise<void>;
  };
  readonly pglite: {
    /** Embedded PostgreSQL in a process of its own, behind the real wire protocol on loopback. */
    start(options: {
      readonly folder?: string;
    }): Promise<{ readonly database: DatabaseHandle; readonly version: string; stop(): Promise<void> }>;
    /** pg_dump compiled to WASM, for small databases where no pg_dump is installed. Plain SQL with INSERTs. */
    dump(database: DatabaseHandle, args: readonly string[], toFile: string): Promise<void>;
  };
}

export interface WorkbenchFiles {
  exists(path: string): Promise<boolean>;
  size(path: string): Promise<number>;
  /** Hex SHA-256, streamed. */
  sha256(path: string): Promise<string>;
  /** Streams a copy; the new file has mode 0600. */
  copy(from: string, to: string): Promise<void>;
  /** Writes a new file with mode 0600; fails where it exists. */
  write(path: string, contents: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Lines of a text file, streamed. */
  lines(path: string): AsyncIterable<string>;
  remove(path: string): Promise<void>;
  folder(path: string): Promise<void>;
  /** Makes the folder that is to become `path` once it is whole, and removes those that killed processes left half-way beside it. */
  draftFolder(path: string): Promise<string>;
  /** Identity of a file: device and inode, and where its links lead. */
  identity(path: string): Promise<{ readonly device: string; readonly inode: string; readonly realPath: string }>;
}
