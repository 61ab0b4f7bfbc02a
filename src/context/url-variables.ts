import { engineCalled } from '../core/connection-parts.ts';
import type { EngineId } from '../core/ids.ts';
import {
  canonicalUrl,
  type DescribedUrl,
  describeUrl,
  withDatabase,
  withoutLinks,
  withToken,
} from '../io/database-url.ts';
import { isSet, openValue, type PartNames, urlFromVariables } from '../io/dotenv-file.ts';
import type { Secret } from '../io/secret.ts';

/** A set of variables and where it stands. */
export interface VariableSource {
  /** Such as `.env.production`. */
  readonly label: string;
  /** Absolute folder that relative SQLite paths are meant from. */
  readonly folder: string;
  readonly variables: ReadonlyMap<string, Secret>;
}

/** A URL in its canonical form, with where it was found. */
export interface FoundUrl {
  readonly url: Secret;
  readonly described: DescribedUrl;
  /** Such as `.env.production: DATABASE_URL`; never the URL. */
  readonly urlSource: string;
}

/** How to read what was found: the tool's variable, its engine, its meaning of relative paths. */
export interface Reading {
  /** Absolute path of the workspace, from which files are shown. */
  readonly root: string;
  readonly variable?: string | undefined;
  readonly engine: EngineId | 'unknown';
  /** Absolute; only for the tool's own variable. */
  readonly folder?: string | undefined;
  readonly threeSlashes?: 'relative' | undefined;
}

const URLS = [
  'DATABASE_URL',
  'POSTGRES_PRISMA_URL',
  'POSTGRES_URL',
  'SQLALCHEMY_DATABASE_URI',
  'SQLALCHEMY_DATABASE_URL',
  'SQLALCHEMY_URL',
  'TURSO_DATABASE_URL',
  'MONGODB_URL',
  'MONGODB_URI',
  'MONGO_URL',
  'MONGO_URI',
  'MYSQL_URL',
  'DATABASE_URI',
  'DB_URL',
  'DB_URI',
  'DB_CONNECTION_URI',
  'TYPEORM_URL',
  'FLYWAY_URL',
  'GOOSE_DBSTRING',
];
const TOKENS = ['TURSO_AUTH_TOKEN', 'DATABASE_AUTH_TOKEN'];
const ENGINE_VARIABLES = [
  'DB_CONNECTION',
  'DB_TYPE',
  'DB_DRIVER',
  'DB_DIALECT',
  'DB_ENGINE',
  'DATABASE_TYPE',
  'TYPEORM_CONNECTION',
  'GOOSE_DRIVER',
];
const PART_SETS: readonly (readonly [label: string, names: PartNames, engine?: EngineId])[] = [
  [
    'DB_HOST and others',
    {
      host: ['DB_HOST', 'DB_HOSTNAME'],
      port: ['DB_PORT'],
      database: ['DB_NAME', 'DB_DATABASE'],
      user: ['DB_USER', 'DB_USERNAME'],
      password: ['DB_PASSWORD', 'DB_PASS'],
    },
  ],
  [
    'DATABASE_HOST and others',
    {
      host: ['DATABASE_HOST'],
      port: ['DATABASE_PORT'],
      database: ['DATABASE_NAME'],
      user: ['DATABASE_USER', 'DATABASE_USERNAME'],
      password: ['DATABASE_PASSWORD'],
    },
  ],
  [
    'POSTGRES_HOST and others',
    {
      host: ['POSTGRES_HOST', 'PGHOST'],
      port: ['POSTGRES_PORT', 'PGPORT'],
      database: ['POSTGRES_DB', 'POSTGRES_DATABASE', 'PGDATABASE'],
      user: ['POSTGRES_USER', 'PGUSER'],
      password: ['POSTGRES_PASSWORD', 'PGPASSWORD'],
    },
    'postgres',
  ],
];

/** The first URL in the source that fits: the tool's own variable, the usual names, then the pieces. */
export function urlIn(source: VariableSource, reading: Reading): FoundUrl | undefined {
  for (const name of reading.variable === undefined ? URLS : [reading.variable, ...URLS]) {
    const value = source.variables.get(name);
    if (!isSet(value)) continue;
    const own = name === reading.variable;
    const found = readUrl(
      completed(value, source),
      own ? (reading.folder ?? source.folder) : source.folder,
      `${source.label}: ${name}`,
      {
        ...reading,
        ...(name.startsWith('SQLALCHEMY') && { threeSlashes: 'relative' }),
      },
    );
    // A variable that the tool does not name may be for something else: another engine's is.
    if (found && (own || fits(found.described.engine, reading.engine))) return found;
  }
  for (const [label, names, known] of PART_SETS) {
    const engine = known ?? engineSaid(source);
    const url = urlFromVariables(source.variables, names, engine === 'unknown' ? reading.engine : engine);
    const found = url && readUrl(url, source.folder, `${source.label}: ${label}`, reading);
    if (found && fits(found.described.engine, reading.engine)) return found;
  }
  return undefined;
}

/** Describes a URL and brings it to the form drivers agree on; undefined where its kind is unknown. */
export function readUrl(url: Secret, folder: string, urlSource: string, reading: Reading): FoundUrl | undefined {
  const options = reading.threeSlashes === undefined ? {} : { threeSlashes: reading.threeSlashes };
  const canonical = canonicalUrl(url, folder, options);
  if (!canonical) return undefined;
  const real = withoutLinks(canonical, reading.root);
  const described = describeUrl(real, reading.root);
  const { path } = describeUrl(canonical, reading.root);
  const linkedFrom = path === described.path ? undefined : path;
  return { url: real, described: { ...described, ...(linkedFrom !== undefined && { linkedFrom }) }, urlSource };
}

function completed(url: Secret, source: VariableSource): Secret {
  const described = describeUrl(url, source.folder);
  const token = TOKENS.map((name) => source.variables.get(name)).find(isSet);
  if (described.engine === 'sqlite' && described.host !== undefined && token) return withToken(url, token);
  if (described.engine !== 'mongodb' || described.database !== undefined) return url;
  const names = ['MONGODB_DB', 'MONGODB_DATABASE', 'MONGO_DB', 'MONGODB_NAME'];
  const database = names.map((name) => openValue(source.variables, name)).find((name) => name !== undefined);
  return database === undefined ? url : withDatabase(url, database);
}

function engineSaid(source: VariableSource): EngineId | 'unknown' {
  for (const name of ENGINE_VARIABLES) {
    const engine = engineCalled(openValue(source.variables, name)?.split('.').at(-1));
    if (engine !== 'unknown') return engine;
  }
  return 'unknown';
}

function fits(found: EngineId | 'unknown', wanted: EngineId | 'unknown'): boolean {
  const family = (engine: string) => (engine === 'mariadb' ? 'mysql' : engine);
  return wanted === 'unknown' || family(found) === family(wanted);
}
