import { randomBytes } from 'node:crypto';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { facts } from './facts.ts';
import { serverOf } from './server.ts';

/** Predefined roles that reach the machine under the server (manual, "Predefined Roles"). Before PostgreSQL 16 whoever may make roles may join them. */
const REACH_OUT = ['pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'];

/** The superuser's way into a shadow. Not a property of the handle, so that nothing that runs foreign SQL comes by it. */
const superusers = new WeakMap<DatabaseHandle, DatabaseHandle>();

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A name and a password that nobody can guess. */
export function newLogin(): Login {
  return {
    user: `lockkeeper_shadow_${randomBytes(6).toString('hex')}`,
    password: randomBytes(18).toString('base64url'),
  };
}

/**
 * Makes a role that owns one database and nothing else: migrations, files and backups run as it. A superuser's SQL runs programs
 * (COPY … TO PROGRAM), writes files and loads libraries as the user of the machine who runs the server, and that one may have live
 * databases open to them; taking rights away inside the session would not hold, because functions can take them back.
 */
export async function makeOwner(session: Session, { user, password }: Login): Promise<void> {
  await session.execute(`CREATE ROLE ${user} LOGIN BYPASSRLS PASSWORD '${password}'`);
}

/** On a server of our own the owner may also make roles, as migrations do, and set what a restore sets. */
export async function settleOwner(session: Session, { user }: Login): Promise<void> {
  const { major } = await serverOf(session);
  const roles = REACH_OUT.map((role) => `'${role}'`).join(', ');
  const statements = [
    `DELETE FROM pg_catalog.pg_authid WHERE rolname IN (${roles})`,
    `ALTER ROLE ${user} CREATEROLE`,
    `ALTER DATABASE postgres OWNER TO ${user}`,
    `ALTER SCHEMA public OWNER TO ${user}`,
    ...(major >= 15 ? [`GRANT SET ON PARAMETER session_replication_role TO ${user}`] : []),
  ];
  for (const statement of statements) await session.execute(statement);
}

/** Remembers whose shadow it is; gives the owner's handle back. */
export function contained(owner: DatabaseHandle, superuser: DatabaseHandle): DatabaseHandle {
  superusers.set(owner, superuser);
  return owner;
}

export function superuserOf(database: DatabaseHandle): DatabaseHandle | undefined {
  return superusers.get(database);
}

/** Runs as the superuser of a shadow, in sessions of its own. For statements that we wrote or whose kind the parser has confirmed. */
export async function asSuperuser<T>(
  bench: Workbench,
  superuser: DatabaseHandle,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await bench.connect(superuser, { name: 'lockkeeper: shadow server' });
  try {
    // Nothing that a backup brought along is found by a name that does not say where it lies.
    await session.execute("SET search_path = ''");
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Functions with which an extension opens connections to other servers; whoever may call them leaves the shadow. */
export async function closeToOthers(session: Session, extension: string, owner: string): Promise<void> {
  const rows = await session.query(
    `SELECT p.oid::pg_catalog.regprocedure::text AS routine FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_proc p ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.objid AND p.prokind = 'f'
      JOIN pg_catalog.pg_extension x ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND x.oid = d.refobjid
      WHERE d.deptype = 'e' AND x.extname = $1`,
    [extension],
  );
  for (const { routine } of rows)
    await session.execute(`REVOKE ALL ON FUNCTION ${routine} FROM PUBLIC, ${facts.quote(owner)}`);
}
