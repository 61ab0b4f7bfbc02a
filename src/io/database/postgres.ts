import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type pgModule from 'pg';
import { LockkeeperError } from '../../core/errors.ts';
import type { Row, Session, SessionOptions } from '../../core/ports.ts';
import type { Secret } from '../secret.ts';
import { postgresError, refusesEncryption } from './postgres-errors.ts';
import { plainTypes } from './postgres-types.ts';
import { connectionOptions, type Wanted } from './postgres-url.ts';

const CONNECT_MS = 10_000;
const CLOSE_MS = 2_000;
const BATCH_ROWS = 1_000;
const CHECK_CLIENT_MS = 1_000;

/** pg 8 takes these; its types do not name them. */
interface Query {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly rowMode?: 'array';
  readonly queryMode?: 'extended';
}

/** Opens one connection that can write, unless `readOnly` says otherwise. */
export async function openPostgres(
  reach: { readonly url: Secret; readonly root: string },
  options: SessionOptions = {},
): Promise<Session> {
  const { default: pg } = await import('pg');
  const wanted = connectionOptions(reach.url, reach.root, options.name ?? 'lockkeeper');
  const client = await connect(pg, wanted);
  const session = new PostgresSession(pg, client, wanted, options.readOnly ?? false);
  try {
    await session.prepare(options);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

/** A connected driver of its own, for code in `io/` that speaks the protocol itself. `made` sees it before it connects. */
export async function connectPostgres(
  reach: { readonly url: Secret; readonly root: string },
  name: string,
  made: (client: pgModule.Client) => void,
): Promise<pgModule.Client> {
  const { default: pg } = await import('pg');
  return await connect(pg, connectionOptions(reach.url, reach.root, name), made);
}

async function connect(
  pg: typeof pgModule,
  wanted: Wanted,
  made?: (client: pgModule.Client) => void,
): Promise<pgModule.Client> {
  const client = new pg.Client({
    ...wanted.config,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: { getTypeParser: plainTypes(pg.types) },
  });
  // Without a listener, a connection that dies while idle would end this process (pg's documentation, Client "error" event).
  client.on('error', () => {});
  made?.(client);
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.end().catch(() => {});
    if (wanted.mayFallBack && refusesEncryption(error))
      return await connect(pg, { ...wanted, config: { ...wanted.config, ssl: false }, mayFallBack: false }, made);
    throw postgresError(error, { connecting: true, cancelled: false, place: wanted.place });
  }
}

class PostgresSession implements Session {
  readonly engine = 'postgres';
  readonly #pg: typeof pgModule;
  readonly #client: pgModule.Client;
  readonly #reached: Wanted;
  readonly #readOnly: boolean;
  #backend = 0;
  #embedded = false;
  #cancelled = false;
  #closed = false;

  constructor(pg: typeof pgModule, client: pgModule.Client, reached: Wanted, readOnly: boolean) {
    this.#pg = pg;
    this.#client = client;
    this.#reached = reached;
    this.#readOnly = readOnly;
  }

  /** Limits and mode of the session. On PGlite all connections share one session, so nothing is set there: it would bind the others too. */
  async prepare(options: SessionOptions): Promise<void> {
    const { rows } = await this.#send({ text: 'SELECT pg_backend_pid() AS backend, version() AS version' });
    this.#backend = Number(rows[0]?.backend);
    this.#embedded = /PGlite|emscripten/i.test(String(rows[0]?.version));
    if (this.#embedded) return;
    const settings: string[] = [];
    if (options.statementMs !== undefined)
      settings.push(`SET statement_timeout = ${milliseconds(options.statementMs)}`);
    if (options.lockWaitMs !== undefined) settings.push(`SET lock_timeout = ${milliseconds(options.lockWaitMs)}`);
    if (options.readOnly) settings.push('SET default_transaction_read_only = on');
    for (const setting of settings) await this.#send({ text: setting });
    await this.#dieWithUs(String(rows[0]?.version));
  }

  /**
   * A server looks at its client when it has something to say: killed in a long statement, we would leave the statement, its locks
   * and the migration lock behind until its end. From 14 on it can be asked to look (manual, client_connection_check_interval).
   */
  async #dieWithUs(version: string): Promise<void> {
    if (Number(/\d+/.exec(version)?.[0]) < 14) return;
    // Not every system can tell (the server then refuses the setting), and nothing else depends on it.
    await this.#quietly(`SET client_connection_check_interval = ${CHECK_CLIENT_MS}`);
  }

  async query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    // One statement per message also where nothing is bound: `COMMIT; DELETE …` would otherwise leave a read-only transaction.
    const query: Query = { text: sql, queryMode: 'extended', ...(values && { values }) };
    if (!this.#readOnly || this.#inTransaction()) return (await this.#send(query)).rows;
    return await this.#within('BEGIN READ ONLY', async () => (await this.#send(query)).rows);
  }

  async execute(sql: string): Promise<{ readonly rows: number }> {
    const result = await this.#send({ text: sql, queryMode: 'extended' });
    // CREATE TABLE AS answers `SELECT n` without columns; a SELECT changed nothing.
    const changed = result.command !== 'SELECT' || result.fields.length === 0;
    return { rows: changed && !READS.has(result.command) ? (result.rowCount ?? 0) : 0 };
  }

  async batch(statements: readonly string[]): Promise<{ readonly done: number; readonly error?: LockkeeperError }> {
    // Each statement that ends well is answered with one CommandComplete (protocol-flow, "Simple Query"). pg hands the results
    // over only when all went well, so they are counted where they arrive: on its connection, an EventEmitter.
    const wire = Reflect.get(this.#client, 'connection') as EventEmitter;
    let done = 0;
    const count = () => done++;
    wire.on('commandComplete', count);
    try {
      // A line of its own for each semicolon: a statement may end in a comment.
      await this.#send({ text: statements.join('\n;\n') });
      return { done };
    } catch (error) {
      if (error instanceof LockkeeperError) return { done, error };
      throw error;
    } finally {
      wire.off('commandComplete', count);
    }
  }

  async *stream(sql: string): AsyncIterable<readonly (readonly unknown[])[]> {
    const own = !this.#inTransaction();
    const cursor = `lockkeeper_${randomBytes(6).toString('hex')}`;
    let ended = false;
    if (own) await this.#send({ text: 'BEGIN READ ONLY' });
    try {
      await this.#send({ text: `DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`, queryMode: 'extended' });
      for (;;) {
        const { rows } = await this.#send({ text: `FETCH FORWARD ${BATCH_ROWS} FROM ${cursor}`, rowMode: 'array' });
        if (rows.length === 0) break;
        // In this row mode pg gives arrays, whatever its types say.
        yield rows.map((row) => Object.values(row));
        if (rows.length < BATCH_ROWS) break;
      }
      await this.#send({ text: `CLOSE ${cursor}` });
      if (own) await this.#send({ text: 'COMMIT' });
      ended = true;
    } finally {
      // Left early or failed: the reader's own transaction ends here; a caller's is the caller's.
      if (!ended) await this.#quietly(own ? 'ROLLBACK' : `CLOSE ${cursor}`);
    }
  }

  /** Over a second connection, because this one is busy. Has no effect on PGlite, which has one backend and no signals. */
  async cancel(): Promise<void> {
    if (this.#embedded || this.#closed) return;
    this.#cancelled = true;
    const { place } = this.#reached;
    const messenger = await connect(this.#pg, this.#reached);
    try {
      await messenger.query('SELECT pg_cancel_backend($1)', [this.#backend]);
    } catch (error) {
      throw postgresError(error, { connecting: false, cancelled: false, place });
    } finally {
      await messenger.end().catch(() => {});
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#client.end().catch(() => {}), late]);
    clearTimeout(timer);
  }

  #inTransaction(): boolean {
    const status = this.#client.getTransactionStatus();
    return status === 'T' || status === 'E';
  }

  async #within<T>(begin: string, work: () => Promise<T>): Promise<T> {
    await this.#send({ text: begin });
    try {
      const result = await work();
      await this.#send({ text: 'COMMIT' });
      return result;
    } catch (error) {
      await this.#quietly('ROLLBACK');
      throw error;
    }
  }

  async #quietly(sql: string): Promise<void> {
    if (!this.#closed) await this.#send({ text: sql }).catch(() => {});
  }

  async #send(query: Query): Promise<pgModule.QueryResult<Record<string, unknown>>> {
    if (this.#closed)
      throw new LockkeeperError('DATABASE.CONNECTION_LOST', 'The connection was closed; the statement was not sent.');
    try {
      return await this.#client.query<Record<string, unknown>>(query as pgModule.QueryConfig);
    } catch (error) {
      throw postgresError(error, { connecting: false, cancelled: this.#cancelled, place: this.#reached.place });
    } finally {
      this.#cancelled = false;
    }
  }
}

/** Commands whose row count is not of rows changed. */
const READS = new Set(['FETCH', 'MOVE', 'SHOW', 'EXPLAIN', 'VALUES']);

function milliseconds(value: number): number {
  return Math.max(0, Math.round(value));
}
