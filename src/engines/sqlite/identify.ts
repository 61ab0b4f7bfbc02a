import { digestOfData } from '../../core/digest.ts';
import type { DatabaseIdentity } from '../../core/environment.ts';
import type { Reader } from '../../core/ports.ts';

/** What the file system says of the database's file; only `io/` can ask. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  readonly realPath: string;
}

/** What SQLite says it is. Without the file's identity the fingerprint rests on the path as SQLite reports it. */
export async function identify(reader: Reader, file?: FileIdentity): Promise<DatabaseIdentity> {
  const [row] = await reader.query(`SELECT sqlite_version() AS version,
    (SELECT file FROM pragma_database_list WHERE name = 'main') AS path,
    (SELECT application_id FROM pragma_application_id) AS application`);
  const path = String(row?.path ?? '');
  const realPath = file?.realPath ?? path;
  return {
    engine: 'sqlite',
    version: String(row?.version),
    name: realPath.split(/[\\/]/).at(-1) || ':memory:',
    fingerprint: digestOfData({
      engine: 'sqlite',
      realPath,
      application: Number(row?.application ?? 0),
      ...(file && { device: file.device, inode: file.inode }),
    }),
  };
}

/** A file says nothing about what it is used for. */
export async function signsOfProduction(_reader: Reader): Promise<readonly string[]> {
  return [];
}
