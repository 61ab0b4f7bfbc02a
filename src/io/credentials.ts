import type { DatabaseHandle } from '../core/ports.ts';
import { reach } from './handle.ts';
import { remember } from './redact.ts';
import { partsOf, type UrlParts } from './url-parts.ts';

/** libpq's variables for what may stand in a URL's query; what is not here has no variable (libpq documentation, "Environment Variables"). */
const POSTGRES_PARAMETERS: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  options: 'PGOPTIONS',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslsni: 'PGSSLSNI',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  channel_binding: 'PGCHANNELBINDING',
  gssencmode: 'PGGSSENCMODE',
  krbsrvname: 'PGKRBSRVNAME',
  require_auth: 'PGREQUIREAUTH',
  requirepeer: 'PGREQUIREPEER',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  client_encoding: 'PGCLIENTENCODING',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
};

/**
 * The environment variables through which a database's own programs learn place and credentials; never argv, which every user of
 * the machine can read. Nothing else of our own environment is passed on (programs.ts), so a PGHOST of ours decides nothing.
 */
export function credentialsFor(database: DatabaseHandle): Readonly<Record<string, string>> {
  const { url, root } = reach(database);
  const parts = partsOf(url, root);
  if (parts === undefined) return {};
  if (database.engine === 'postgres') return postgresVariables(parts);
  if (database.engine === 'mysql' || database.engine === 'mariadb') return mysqlVariables(parts);
  return {};
}

function postgresVariables(parts: UrlParts): Record<string, string> {
  const variables: Record<string, string> = { PGAPPNAME: 'lockkeeper', PGCONNECT_TIMEOUT: '15' };
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') variables[name] = value;
  };
  set('PGHOST', parts.hosts.map((place) => place.host).join(','));
  if (parts.hosts.some((place) => place.port !== ''))
    set('PGPORT', parts.hosts.map((place) => place.port || '5432').join(','));
  set('PGUSER', parts.user);
  set('PGPASSWORD', parts.password);
  set('PGDATABASE', parts.database);
  for (const [name, value] of parts.query) {
    // What pg and Java's driver call the same.
    if (name === 'ssl') variables.PGSSLMODE ??= /^(1|true|require)$/.test(value) ? 'require' : 'disable';
    else set(POSTGRES_PARAMETERS[name] ?? '', POSTGRES_PARAMETERS[name] && value);
  }
  // Said by the driver too (postgres.ts): without a host it is this machine over TCP, where libpq would look for a socket.
  variables.PGHOST ??= 'localhost';
  if (variables.PGPASSWORD) remember(variables.PGPASSWORD);
  return variables;
}

/** MYSQL_PWD is the one credential MySQL's programs read from the environment; host, port and user are not secret and go in argv. */
function mysqlVariables({ password }: UrlParts): Record<string, string> {
  if (password === undefined || password === '') return {};
  remember(password);
  return { MYSQL_PWD: password };
}
