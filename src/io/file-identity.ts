import { realpath, stat } from 'node:fs/promises';
import { missingFile } from './database/sqlite-errors.ts';

/** Device and inode of a file, and where its links lead. */
export async function fileIdentity(
  path: string,
): Promise<{ readonly device: string; readonly inode: string; readonly realPath: string }> {
  try {
    const realPath = await realpath(path);
    // As bigint: inode numbers of network file systems do not fit into a double.
    const { dev, ino } = await stat(realPath, { bigint: true });
    return { device: String(dev), inode: String(ino), realPath };
  } catch (error) {
    throw missingFile(path, error);
  }
}
