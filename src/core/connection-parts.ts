import type { EngineId } from './ids.ts';

/** What configuration files say about a database piece by piece instead of in a URL. */
export interface ConnectionParts {
  readonly engine: EngineId;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** The URL that says the same; for SQLite `database` is the file. Undefined where the pieces do not name a database. */
export function urlFromParts(parts: ConnectionParts): string | undefined {
  if (!parts.database) return undefined;
  if (parts.engine === 'sqlite') return `sqlite:${parts.database}`;
  const credentials = parts.user
    ? `${encodeURIComponent(parts.user)}${parts.password ? `:${encodeURIComponent(parts.password)}` : ''}@`
    : '';
  const host =
    parts.host?.includes(':') && !parts.host.startsWith('[') ? `[${parts.host}]` : (parts.host ?? 'localhost');
  // A path is a socket's folder.
  const place = host.startsWith('/') ? encodeURIComponent(host) : host;
  const port = parts.port ? `:${parts.port}` : '';
  return `${parts.engine}://${credentials}${place}${port}/${encodeURIComponent(parts.database)}`;
}

const ENGINE_WORDS: readonly (readonly [RegExp, EngineId])[] = [
  [
    /^(postgres(ql)?|pg|pgsql|psql|pgx|postgis|pglite|aurora-postgres|node-postgres|vercel-postgres|neon)\d*$/,
    'postgres',
  ],
  [/^mariadb$/, 'mariadb'],
  [/^(mysql2?|aurora-mysql|planetscale)$/, 'mysql'],
  [/^(sqlite3?|better-sqlite3?|libsql|turso|d1|d1-http|expo|op-sqlite|durable-sqlite|sqljs)$/, 'sqlite'],
  [/^(mongo(db)?)$/, 'mongodb'],
];

/** The engine a tool means by its own word for it, such as `pg`, `mysql2` or `postgresql+asyncpg`. */
export function engineCalled(word: string | undefined): EngineId | 'unknown' {
  const name = (word ?? '').trim().toLowerCase().split('+')[0] ?? '';
  return ENGINE_WORDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';
}
