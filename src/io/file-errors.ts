import { LockkeeperError } from '../core/errors.ts';
import { plain } from '../core/untrusted.ts';

const READ_ONLY = ['EROFS', 'EACCES', 'EPERM'];
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** Our error for what the file system answered; `data` says what it means for the data. */
export function fileError(error: unknown, path: string, data: string): LockkeeperError {
  if (error instanceof LockkeeperError) return error;
  const code = errorCode(error);
  const place = plain(path, 500);
  if (FULL.includes(code))
    return new LockkeeperError('DISK.FULL', `The disk is full: ${place} could not be written. ${data}`, {
      cause: error,
    });
  if (READ_ONLY.includes(code))
    return new LockkeeperError('WORKSPACE.READ_ONLY', `${place} cannot be written to (${code}). ${data}`, {
      cause: error,
    });
  return new LockkeeperError('WORKSPACE.UNREADABLE', `${place} cannot be used (${code || 'unknown reason'}). ${data}`, {
    cause: error,
  });
}

/** `ENOENT` and the like; empty where the error has none. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
