import type { Connection, FieldPacket, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { LockkeeperError } from '../../core/errors.ts';
import type { EngineId } from '../../core/ids.ts';
import type { Row, Session, SessionOptions } from '../../core/ports.ts';
import type { Secret } from '../secret.ts';
import { partsOf, type UrlParts } from '../url-parts.ts';
import { mysqlError } from './mysql-errors.ts';

const CONNECT_MS = 10_000;
const BATCH_ROWS = 1_000;

/** Opens one connection to MySQL or MariaDB. */
export async function openMysql(
  reach: { readonly url: Secret; readonly root: string },
  options: SessionOptions = {},
): Promise<Session> {
  const { createConnection } = await import('mysql2/promise');
  const parts = partsOf(reach.url, reach.root);
  if (!parts) throw new LockkeeperError('CONFIG.INVALID', 'The database URL cannot be read as a MySQL or MariaDB URL.');
  const config = configOf(parts);
  const place = `${config.socketPath ?? `${config.host}:${config.port}`}/${config.database ?? ''}`;
  const connect = async (): Promise<Connection> => {
    try {
      const connection = await createConnection({
        ...config,
        connectTimeout: CONNECT_MS,
        multipleStatements: false,
        supportBigNumbers: true,
        bigNumberStrings: true,
        dateStrings: true,
        connectAttributes: { program_name: options.name ?? 'lockkeeper' },
      });
      // Without a listener, a connection that dies while idle would end this process.
      connection.on('error', () => {});
      return connection;
    } catch (error) {
      throw mysqlError(error, { connecting: true, cancelled: false, place });
    }
  };
  const session = new MysqlSession(await connect(), connect, place);
  try {
    await session.prepare(options);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

interface MysqlConfig {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly socketPath?: string;
  readonly ssl?: { readonly rejectUnauthorized: boolean };
}

function configOf(parts: UrlParts): MysqlConfig {
  const place = parts.hosts[0];
  const socketPath = parts.query.get('socketPath') ?? parts.query.get('socket');
  const mode = (
    parts.query.get('ssl-mode') ??
    parts.query.get('sslmode') ??
    parts.query.get('sslaccept') ??
    ''
  ).toLowerCase();
  const verify = /^(verify_ca|verify_identity|verify-ca|verify-full|strict)$/.test(mode);
  return {
    host: place?.host || '127.0.0.1',
    port: Number(place?.port) || 3306,
    ...(parts.user !== undefined && { user: parts.user }),
    ...(parts.password !== undefined && { password: parts.password }),
    ...(parts.database !== undefined && { database: parts.database }),
    ...(socketPath !== null && { socketPath }),
    ...((verify || /^(required|require|accept_invalid_certs)$/.test(mode)) && { ssl: { rejectUnauthorized: verify } }),
  };
}

class MysqlSession implements Session {
  engine: EngineId = 'mysql';
  readonly #connection: Connection;
  readonly #again: () => Promise<Connection>;
  readonly #place: string;
  #id = 0;
  #readOnly = false;
  #cancelled = false;
  #closed = false;

  constructor(connection: Connection, again: () => Promise<Connection>, place: string) {
    this.#connection = connection;
    this.#again = again;
    this.#place = place;
  }

  async prepare(options: SessionOptions): Promise<void> {
    const [row] = await this.query('SELECT CONNECTION_ID() AS id, VERSION() AS version');
    this.#id = Number(row?.id);
    const mariadb = /mariadb/i.test(String(row?.version));
    this.engine = mariadb ? 'mariadb' : 'mysql';
    if (options.lockWaitMs !== undefined) {
      // Whole seconds; 0 would mean at once in MariaDB and is refused by MySQL.
      const seconds = Math.max(1, Math.ceil(options.lockWaitMs / 1_000));
      await this.execute(`SET SESSION lock_wait_timeout = ${seconds}, innodb_lock_wait_timeout = ${seconds}`);
    }
    if (options.statementMs !== undefined)
      // MySQL's limit binds SELECT only.
      await this.execute(
        mariadb
          ? `SET SESSION max_statement_time = ${options.statementMs / 1_000}`
          : `SET SESSION max_execution_time = ${Math.round(options.statementMs)}`,
      );
    if (options.readOnly) {
      await this.execute('SET SESSION TRANSACTION READ ONLY');
      this.#readOnly = true;
    }
  }

  async query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    // Read-only transactions do not stop DDL here: what is not a query is not sent.
    if (this.#readOnly && !/^\s*(select|show|explain|describe|desc|with|table|values|checksum)\b/i.test(sql))
      throw new LockkeeperError('DATABASE.PERMISSION', 'This connection only reads; the statement was not sent.');
    const [rows] = await this.#send<RowDataPacket[]>(sql, values);
    return Array.isArray(rows) ? rows : [];
  }

  async execute(sql: string): Promise<{ readonly rows: number }> {
    const [result] = await this.#send<ResultSetHeader>(sql);
    return { rows: Array.isArray(result) ? 0 : (result.affectedRows ?? 0) };
  }

  async *stream(sql: string): AsyncIterable<readonly (readonly unknown[])[]> {
    const rows = this.#raw().query({ sql, rowsAsArray: true }).stream({ highWaterMark: BATCH_ROWS });
    let batch: unknown[][] = [];
    try {
      for await (const row of rows) {
        batch.push(row as unknown[]);
        if (batch.length < BATCH_ROWS) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    } catch (error) {
      throw this.#mapped(error);
    }
  }

  async cancel(): Promise<void> {
    if (this.#closed) return;
    this.#cancelled = true;
    const messenger = await this.#again();
    try {
      await messenger.query(`KILL QUERY ${this.#id}`);
    } catch (error) {
      throw this.#mapped(error);
    } finally {
      await messenger.end().catch(() => {});
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connection.end().catch(() => this.#connection.destroy());
  }

  /** The driver's callback connection, the one that streams. */
  #raw(): import('mysql2').Connection {
    const inside: string = 'connection';
    return Reflect.get(this.#connection, inside);
  }

  #mapped(error: unknown): LockkeeperError {
    return mysqlError(error, { connecting: false, cancelled: this.#cancelled, place: this.#place });
  }

  async #send<T extends RowDataPacket[] | ResultSetHeader>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<[T, FieldPacket[]]> {
    if (this.#closed)
      throw new LockkeeperError('DATABASE.CONNECTION_LOST', 'The connection was closed; the statement was not sent.');
    try {
      return await this.#connection.query<T>({ sql, ...(values && { values: [...values] }) });
    } catch (error) {
      throw this.#mapped(error);
    } finally {
      this.#cancelled = false;
    }
  }
}
