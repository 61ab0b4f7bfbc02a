import { digestOfData } from '../../core/digest.ts';
import type { DatabaseIdentity } from '../../core/environment.ts';
import type { Reader, Row } from '../../core/ports.ts';

// Each is a role that only this service creates.
const MANAGED_SERVICES: Readonly<Record<string, string>> = {
  rds_superuser: 'Amazon RDS',
  cloudsqlsuperuser: 'Google Cloud SQL',
  alloydbsuperuser: 'Google AlloyDB',
  azure_pg_admin: 'Azure Database for PostgreSQL',
  supabase_admin: 'Supabase',
  neon_superuser: 'Neon',
  tsdbadmin: 'Timescale Cloud',
  doadmin: 'DigitalOcean',
  avnadmin: 'Aiven',
  crunchy_superuser: 'Crunchy Bridge',
};

/** What the server says it is. The fingerprint says which source it rests on, because not every server tells its system identifier. */
export async function identify(reader: Reader): Promise<DatabaseIdentity> {
  const [row] =
    await reader.query(`SELECT current_setting('server_version') AS version, d.datname AS name, d.oid::text AS oid
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()`);
  const name = String(row?.name);
  return {
    engine: 'postgres',
    // Distributions append their own: `15.18 (Debian 15.18-1)`.
    version: /^\d+(?:\.\d+)*/.exec(String(row?.version))?.[0] ?? String(row?.version),
    name,
    fingerprint: digestOfData({
      engine: 'postgres',
      server: await serverIdentity(reader),
      database: String(row?.oid),
      name,
    }),
  };
}

/** Signs, from the server itself, that people depend on this database. What it will not tell is no sign. */
export async function signsOfProduction(reader: Reader): Promise<readonly string[]> {
  const services = Object.keys(MANAGED_SERVICES).map((role) => `'${role}'`);
  const roles = await attempt(
    reader,
    `SELECT rolname AS name FROM pg_catalog.pg_roles WHERE rolname IN (${services.join(', ')}) ORDER BY rolname`,
  );
  const [replicas] = await attempt(reader, 'SELECT count(*)::int AS n FROM pg_catalog.pg_stat_replication');
  const [server] = await attempt(
    reader,
    `SELECT host(a.address) AS address, pg_catalog.pg_is_in_recovery() AS standby,
      a.address <<= ANY (ARRAY['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '169.254.0.0/16', '100.64.0.0/10',
        '::1/128', 'fc00::/7', 'fe80::/10']::inet[]) AS private FROM (SELECT pg_catalog.inet_server_addr() AS address) AS a`,
  );
  const signs = roles.map((row) => `role ${row.name} exists: ${MANAGED_SERVICES[String(row.name)]}`);
  const count = Number(replicas?.n ?? 0);
  if (count > 0) signs.push(`${count} ${count === 1 ? 'replica follows' : 'replicas follow'} this server`);
  if (server?.standby === true) signs.push('the server is itself a replica');
  if (server?.private === false) signs.push(`the server's address ${server.address} is public`);
  return signs;
}

/** The system identifier is made once by initdb; where it may not be read, the cluster's own databases stand in for it. */
async function serverIdentity(reader: Reader): Promise<Record<string, unknown>> {
  const [allowed] = await attempt(
    reader,
    `SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS allowed`,
  );
  if (allowed?.allowed === true) {
    const [control] = await attempt(reader, 'SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()');
    if (control?.id !== undefined) return { from: 'system identifier', id: control.id };
  }
  const [fallback] = await attempt(
    reader,
    `SELECT current_setting('data_directory', true) AS folder, pg_catalog.inet_server_addr()::text AS address,
      pg_catalog.inet_server_port() AS port`,
  );
  return {
    from: 'address',
    address: fallback?.address ?? null,
    port: fallback?.port ?? null,
    folder: fallback?.folder ?? null,
  };
}

async function attempt(reader: Reader, sql: string): Promise<readonly Row[]> {
  try {
    return await reader.query(sql);
  } catch {
    // Refused or unknown to this server: the question stays unanswered, and whoever asked treats that as no sign.
    return [];
  }
}
