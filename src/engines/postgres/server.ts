import type { Session } from '../../core/ports.ts';

export interface Server {
  /** `15.18`. */
  readonly version: string;
  readonly major: number;
  /** PGlite: one backend behind every connection, so nothing here may need two at once. */
  readonly embedded: boolean;
}

/** Which PostgreSQL is at the other end. */
export async function serverOf(session: Session): Promise<Server> {
  const [row] = await session.query(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version, version() AS full`,
  );
  return {
    version: String(row?.version).split(' ')[0] ?? '',
    major: Math.floor(Number(row?.number) / 10_000),
    embedded: /PGlite|emscripten/i.test(String(row?.full)),
  };
}

/** `15` of `15.18 (Debian 15.18-1)`. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10) || 0;
}
