import { createRequire } from 'node:module';
import type pgModule from 'pg';
import { LockkeeperError } from '../../core/errors.ts';
import { canonicalUrl } from '../database-url.ts';
import type { Secret } from '../secret.ts';

export interface Wanted {
  readonly config: pgModule.ClientConfig;
  /** For messages: host, port and database. */
  readonly place: string;
  /** True where an unencrypted connection will do if the server offers no encryption. */
  readonly mayFallBack: boolean;
}

type Parse = (
  url: string,
  options?: { readonly useLibpqCompat?: boolean },
) => pgModule.ClientConfig & {
  readonly sslmode?: string;
};

/**
 * Parameters that lead libpq and pg to different servers or databases, or both to another than the URL shows. What is backed up and
 * restored by a program must be what the driver identified and a person approved.
 */
const ELSEWHERE = ['hostaddr', 'service', 'servicefile', 'dbname', 'database', 'connectionString'];

/**
 * What the URL says, as pg takes it. sslmode means what it means to pg_dump and psql (libpq), not what pg 8 makes of it, so that
 * programs and driver agree; without one, encryption is tried first wherever the server is not on this machine.
 */
export function connectionOptions(url: Secret, root: string, name: string): Wanted {
  // A dependency of pg, resolved from there: it is not ours to name in package.json.
  const require = createRequire(createRequire(import.meta.url).resolve('pg'));
  const parse = require('pg-connection-string') as Parse;
  try {
    const text = (canonicalUrl(url, root) ?? url).reveal();
    const elsewhere = ELSEWHERE.find((parameter) => new URLSearchParams(text.split('?')[1]).has(parameter));
    if (elsewhere !== undefined)
      throw new LockkeeperError(
        'CONFIG.INVALID',
        `The database URL names its server or database by the parameter ${elsewhere}, which programs and drivers read differently. Nothing was connected to. Put host and database into the URL itself.`,
      );
    const { sslmode, ...parsed } = parse(text, { useLibpqCompat: true });
    const host = parsed.host ?? 'localhost';
    const nearby = host.startsWith('/') || /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);
    const prefers = sslmode === 'prefer' || sslmode === 'allow' || (sslmode === undefined && parsed.ssl === undefined);
    const ssl =
      nearby && sslmode !== 'require' && prefers ? false : prefers ? { rejectUnauthorized: false } : parsed.ssl;
    return {
      config: {
        ...parsed,
        host,
        port: Number(parsed.port ?? 5432) || 5432,
        application_name: name,
        ...(ssl !== undefined && { ssl }),
      },
      place: `${host}:${Number(parsed.port ?? 5432) || 5432}/${parsed.database ?? ''}`,
      mayFallBack: prefers,
    };
  } catch (error) {
    if (error instanceof LockkeeperError) throw error;
    // The parser's own message repeats parts of the URL.
    throw new LockkeeperError('CONFIG.INVALID', 'The database URL cannot be read as a PostgreSQL URL.');
  }
}
