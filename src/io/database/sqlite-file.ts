import { LockkeeperError } from '../../core/errors.ts';
import { plain } from '../../core/untrusted.ts';
import { describeUrl } from '../database-url.ts';
import type { Secret } from '../secret.ts';

/** Absolute path of the file that a SQLite URL names. */
export function sqliteFile(reached: { readonly url: Secret; readonly root: string }): string {
  const { engine, path, place } = describeUrl(reached.url, reached.root);
  if (path !== undefined) {
    // better-sqlite3 trims the path it is given and would open, or make, another file.
    if (path === path.trim()) return path;
    throw new LockkeeperError('ENGINE.NOT_SUPPORTED', `The path of ${plain(path)} ends with a space; rename the file.`);
  }
  throw new LockkeeperError(
    'ENGINE.NOT_SUPPORTED',
    engine === 'sqlite' && place === 'memory'
      ? 'A SQLite database in memory belongs to one process; lockkeeper cannot reach it. Name a file.'
      : `${place} is not a SQLite file on this machine. lockkeeper reaches SQLite databases as local files only.`,
  );
}
