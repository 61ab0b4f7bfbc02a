import { realpath, stat } from 'node:fs/promises';
import { LockkeeperError } from '../core/errors.ts';
import { plain } from '../core/untrusted.ts';

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
    throw new LockkeeperError('DATABASE.MISSING', `There is no file ${plain(path, 500)}.`, { cause: error });
  }
}
