import { urlFromParts } from '../core/connection-parts.ts';
import type { EngineId } from '../core/ids.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { Secret } from './secret.ts';

const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:=|:[ \t])[ \t]*(?:"((?:\\[\s\S]|[^"\\])*)"|'([^']*)'|`([^`]*)`|([^\r\n]*))/gm;

/** Variables of one dotenv file, values kept secret; undefined where there is no such file. */
export async function readDotenv(
  files: WorkspaceFiles,
  path: string,
): Promise<ReadonlyMap<string, Secret> | undefined> {
  const text = await files.read(path);
  return text === undefined ? undefined : parseDotenv(text);
}

/** Reads dotenv's grammar: quotes, `export`, comments, values over several lines, `${NAME}` and `${NAME:-default}` from earlier lines. */
export function parseDotenv(text: string): ReadonlyMap<string, Secret> {
  const values = new Map<string, string>();
  for (const [, name = '', double, single, backtick, bare] of text.replace(/^\ufeff/, '').matchAll(ASSIGNMENT)) {
    if (single !== undefined) values.set(name, single);
    else if (double !== undefined) values.set(name, expand(unescaped(double), values));
    else if (backtick !== undefined) values.set(name, expand(backtick, values));
    else values.set(name, expand((bare ?? '').replace(/(^|\s)#.*$/, '').trim(), values));
  }
  return new Map([...values].map(([name, value]) => [name, Secret.of(value)]));
}

/** The process environment in the same shape. */
export function secretVariables(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, Secret> {
  const variables = new Map<string, Secret>();
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined) variables.set(name, Secret.of(value));
  return variables;
}

/** Tells apart a variable that is set from one that is there and empty. */
export function isSet(value: Secret | undefined): value is Secret {
  return value !== undefined && value.reveal().trim() !== '';
}

const PORTS: Readonly<Record<string, EngineId>> = {
  '5432': 'postgres',
  '5433': 'postgres',
  '6432': 'postgres',
  '3306': 'mysql',
  '3307': 'mysql',
  '27017': 'mongodb',
};

/** Names of the variables that hold a database's pieces. */
export type PartNames = Readonly<Record<'host' | 'port' | 'database' | 'user' | 'password', readonly string[]>>;

/** A URL out of DB_HOST, DB_NAME and their like; the engine is what the caller knows, else what the port says. */
export function urlFromVariables(
  variables: ReadonlyMap<string, Secret>,
  names: PartNames,
  engine: EngineId | 'unknown',
): Secret | undefined {
  const value = (wanted: readonly string[]): string | undefined =>
    wanted
      .map((name) => variables.get(name))
      .find(isSet)
      ?.reveal();
  const port = value(names.port);
  const known = engine === 'unknown' ? PORTS[port ?? ''] : engine;
  const host = value(names.host);
  if (!known || (known !== 'sqlite' && host === undefined)) return undefined;
  const url = urlFromParts({
    engine: known,
    host,
    port,
    database: value(names.database),
    user: value(names.user),
    password: value(names.password),
  });
  return url === undefined ? undefined : Secret.of(url);
}

/** A variable that is no secret by its nature, such as NODE_ENV or DB_CONNECTION; cut so that a misplaced secret does not come along. */
export function openValue(variables: ReadonlyMap<string, Secret>, name: string): string | undefined {
  const value = variables.get(name)?.reveal().trim();
  return value !== undefined && /^[\w.+-]{1,60}$/.test(value) ? value : undefined;
}

function unescaped(text: string): string {
  return text
    .replace(/\\n/g, '\n')
    .replace(/\\r/g, '\r')
    .replace(/\\t/g, '\t')
    .replace(/\\(["\\$])/g, '$1');
}

function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\\\$|\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (whole, braced, fallback, plain) => {
      if (whole === '\\$') return '$';
      const value = values.get(braced ?? plain);
      if (value !== undefined && (value !== '' || fallback === undefined)) return value;
      // A raw password may hold a $: what no earlier line defines stays as it stands.
      return fallback ?? whole;
    },
  );
}
