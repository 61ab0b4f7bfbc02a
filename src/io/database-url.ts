import { existsSync, realpathSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineCalled } from '../core/connection-parts.ts';
import type { EngineId } from '../core/ids.ts';
import { plain } from '../core/untrusted.ts';
import { Secret } from './secret.ts';

/** What a URL says, without anything secret. */
export interface DescribedUrl {
  readonly engine: EngineId | 'unknown';
  /** Several, for a replica set, stand with commas. A path for a socket. */
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  /** Absolute path of a SQLite file. */
  readonly path?: string;
  /** The path as it was written, where links lead on from it. */
  readonly linkedFrom?: string;
  /** For people: host, port and database, or the file's path. */
  readonly place: string;
}

export interface UrlOptions {
  /** SQLAlchemy and Django mean a relative path by `sqlite:///app.db`; most others an absolute one. Left out: whichever is there. */
  readonly threeSlashes?: 'relative' | 'absolute';
}

interface UrlParts {
  readonly scheme: string;
  readonly credentials: string;
  readonly place: string;
  readonly path: string;
  readonly query: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):(\/\/)?/i;
const SQLITE_FILE = /^(?![a-z][a-z0-9+.-]+:)(?:\.{0,2}\/.*|[^@:?]*\.(?:db3?|s3db|sqlite3?|sl3))$/i;
const HOSTS = /^(?:\[[^\]]*\]|[^/?#@:,[\]]*)(?::\d*)?(?:,(?:\[[^\]]*\]|[^/?#@:,[\]]*)(?::\d*)?)*(?=[/?#]|$)/;

/** Engine, host, port and database or file of a URL; relative SQLite paths are relative to `root`. Never the user or the password. */
export function describeUrl(url: Secret, root: string, options: UrlOptions = {}): DescribedUrl {
  const text = clean(url.reveal());
  const engine = engineOf(text);
  if (engine === 'unknown') return { engine, place: 'an address of an unknown kind' };
  if (engine === 'sqlite' && !isRemote(text)) {
    const path = sqlitePath(text, root, options);
    if (path === ':memory:') return { engine, database: path, place: 'memory' };
    const shown = path.startsWith(root + sep) ? path.slice(root.length + 1) : path;
    return { engine, path, database: path.slice(path.lastIndexOf(sep) + 1), place: plain(shown) };
  }
  const parts = cut(text);
  const { host, port } = hostOf(parts, engine);
  const database = safeDecode(parts.path) || queryValue(parts.query, 'dbname');
  const where = `${host}${port === undefined ? '' : `:${port}`}`;
  return {
    engine,
    host,
    ...(port !== undefined && { port }),
    ...(database && { database }),
    place: plain(database ? `${where}/${database}` : where),
  };
}

/**
 * The same address in the one form drivers agree on: plain scheme (`postgresql+asyncpg:` becomes `postgres:`), user and password
 * percent-encoded even where they were written raw, SQLite paths absolute. Undefined where the kind is unknown.
 */
export function canonicalUrl(url: Secret, root: string, options: UrlOptions = {}): Secret | undefined {
  const text = clean(url.reveal());
  const engine = engineOf(text);
  if (engine === 'unknown') return undefined;
  if (engine === 'sqlite') {
    if (isRemote(text)) return Secret.of(text);
    const path = sqlitePath(text, root, options);
    return Secret.of(path === ':memory:' ? 'sqlite::memory:' : `sqlite:${encodePath(path)}`);
  }
  const parts = cut(text);
  // Everything else in a mongodb+srv address hangs on its scheme.
  const scheme = engine === 'mongodb' ? parts.scheme.toLowerCase() : engine;
  const [user, ...rest] = parts.credentials.split(':');
  const password = rest.length > 0 ? `:${encodeURIComponent(safeDecode(rest.join(':')))}` : '';
  const credentials = parts.credentials === '' ? '' : `${encodeURIComponent(safeDecode(user ?? ''))}${password}@`;
  const path = parts.path === '' ? '' : `/${encodeURIComponent(safeDecode(parts.path))}`;
  return Secret.of(`${scheme}://${credentials}${parts.place}${path}${parts.query}`);
}

/**
 * The address of the file itself where links lead to a SQLite file: what is judged, identified and written to is then one file, whoever
 * turns a link elsewhere meanwhile.
 */
export function withoutLinks(url: Secret, root: string): Secret {
  const { path } = describeUrl(url, root);
  if (path === undefined || !existsSync(path)) return url;
  const real = realpathSync(path);
  return real === path ? url : Secret.of(`sqlite:${encodePath(real)}`);
}

/** The secret forms of a URL that must not be lost when a tool keeps a token beside it, as Turso does. */
export function withToken(url: Secret, token: Secret): Secret {
  const text = url.reveal();
  return Secret.of(`${text}${text.includes('?') ? '&' : '?'}authToken=${encodeURIComponent(token.reveal())}`);
}

/** The same address with another database, where it names none. */
export function withDatabase(url: Secret, database: string): Secret {
  const parts = cut(clean(url.reveal()));
  if (parts.path !== '') return url;
  const credentials = parts.credentials === '' ? '' : `${parts.credentials}@`;
  return Secret.of(`${parts.scheme}://${credentials}${parts.place}/${encodeURIComponent(database)}${parts.query}`);
}

/** Another database of the same server, for another user where a login is given. */
export function onDatabase(
  url: Secret,
  database: string,
  login?: { readonly user: string; readonly password: string },
): Secret {
  const parts = cut(clean(url.reveal()));
  const written = parts.credentials === '' ? '' : `${parts.credentials}@`;
  const credentials = login ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@` : written;
  const query = login ? parts.query.replace(/([?&])(user|password)=[^&#]*/gi, '$1') : parts.query;
  return Secret.of(`${parts.scheme}://${credentials}${parts.place}/${encodeURIComponent(database)}${query}`);
}

function clean(text: string): string {
  return text.trim().replace(/^jdbc:/i, '');
}

function engineOf(text: string): EngineId | 'unknown' {
  if (SQLITE_FILE.test(text) || text === ':memory:') return 'sqlite';
  const scheme = SCHEME.exec(text);
  if (!scheme) return 'unknown';
  const word = (scheme[1] as string).toLowerCase();
  if (word === 'file') return 'sqlite';
  const engine = engineCalled(word);
  // A server's address has two slashes; `pg:something` is some other program's word.
  return engine !== 'unknown' && engine !== 'sqlite' && !scheme[2] ? 'unknown' : engine;
}

function isRemote(text: string): boolean {
  return /^(libsql|turso):\/\//i.test(text);
}

function cut(text: string): UrlParts {
  const scheme = SCHEME.exec(text) as RegExpExecArray;
  const rest = text.slice(scheme[0].length);
  const at = endOfCredentials(rest);
  const address = at < 0 ? rest : rest.slice(at + 1);
  const place = (HOSTS.exec(address) ?? /^[^/?#]*/.exec(address))?.[0] ?? '';
  const after = address.slice(place.length);
  const query = after.search(/[?#]/);
  return {
    scheme: scheme[1] as string,
    credentials: at < 0 ? '' : rest.slice(0, at),
    place,
    path: (query < 0 ? after : after.slice(0, query)).replace(/^\//, ''),
    query: query < 0 ? '' : after.slice(query),
  };
}

/**
 * People write passwords raw, with @ / ? # in them: the last @ that a host can follow ends them, unless it stands in the
 * parameters. Where it is doubtful the later @ is taken: a piece of a password must never pass for a host or a database.
 */
function endOfCredentials(rest: string): number {
  const parameters = /\?[A-Za-z_][\w.-]*=/.exec(rest);
  const last = rest.lastIndexOf('@');
  // `?x=` was part of the password if a host and a database follow.
  const inParameters = parameters !== null && last > parameters.index && rest.slice(0, parameters.index).includes('@');
  const limit = inParameters && !/^[^@?]*\//.test(rest.slice(last + 1)) ? parameters.index : rest.length;
  for (let at = rest.lastIndexOf('@', limit - 1); at >= 0; at = rest.lastIndexOf('@', at - 1)) {
    if (HOSTS.test(rest.slice(at + 1, limit))) return at;
    if (at === 0) break;
  }
  return rest.lastIndexOf('@', limit - 1);
}

function hostOf(parts: UrlParts, engine: EngineId): { host: string; port?: number } {
  const given = queryValue(parts.query, 'host') ?? queryValue(parts.query, 'socket');
  // To libpq and pg a host in the parameters counts, whatever stands before the path (pg-connection-string, parse).
  const overrides = engine === 'postgres' && queryValue(parts.query, 'host');
  const places = ((parts.place === '' && given) || overrides || parts.place).split(',').map((place) => {
    const found = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(place);
    return { host: safeDecode(found?.[1] ?? place).replace(/^\[|\]$/g, ''), port: found?.[2] };
  });
  const host = places.map((place) => place.host || 'localhost').join(',');
  const written = places.find((place) => place.port)?.port;
  const asked = queryValue(parts.query, 'port');
  const port = engine === 'postgres' ? asked || written : (written ?? asked);
  return { host, ...(port && { port: Number(port) }) };
}

/** As drivers read it: names are decoded too, and of several the last one counts. */
function queryValue(query: string, name: string): string | undefined {
  return new URLSearchParams(query.replace(/#.*$/s, '')).getAll(name).at(-1);
}

function sqlitePath(text: string, root: string, options: UrlOptions): string {
  if (/:memory:|[?&]mode=memory/.test(text)) return ':memory:';
  const body = text.replace(/[?#].*$/, '');
  const scheme = SCHEME.exec(body);
  // A single letter before a colon is a Windows drive.
  const path = scheme && (scheme[1] as string).length > 1 ? body.slice((scheme[1] as string).length + 1) : body;
  if (/^file:\/\/\//i.test(body)) return fromFileUrl(body);
  const slashes = /^\/*/.exec(path)?.[0].length ?? 0;
  const named = safeDecode(path);
  if (slashes >= 4) return resolve('/', named.slice(slashes));
  if (slashes === 3 && scheme) return threeSlashes(named.slice(3), root, options);
  return resolve(root, slashes === 2 && scheme ? named.slice(2) : named);
}

function threeSlashes(name: string, root: string, options: UrlOptions): string {
  const relative = resolve(root, name);
  const absolute = resolve('/', name);
  if (options.threeSlashes) return options.threeSlashes === 'relative' ? relative : absolute;
  if (existsSync(relative)) return relative;
  const folder = dirname(absolute);
  return folder !== '/' && existsSync(folder) ? absolute : relative;
}

function fromFileUrl(text: string): string {
  try {
    return fileURLToPath(text);
  } catch {
    return resolve('/', text.replace(/^file:\/*/i, ''));
  }
}

/** So that reading the address gives the path back, whatever is in it. */
function encodePath(path: string): string {
  return path.replace(/[%?#]/g, encodeURIComponent);
}

/** Text with a stray % is meant as it stands. */
function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
