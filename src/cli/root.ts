import { resolve } from 'node:path';
import { LockkeeperError } from '../core/errors.ts';
import { plain } from '../core/untrusted.ts';
import { resolveInside } from '../io/workspace.ts';

/** The workspace: what was typed, else what the environment says, else where we are. Absolute, links resolved. */
export async function workspaceRoot(typed: string | undefined): Promise<string> {
  const wanted = resolve(typed || process.env.LOCKKEEPER_ROOT || process.env.CLAUDE_PROJECT_DIR || process.cwd());
  try {
    return await resolveInside(wanted, '.');
  } catch (error) {
    throw new LockkeeperError('WORKSPACE.UNREADABLE', `${plain(wanted)} is not a folder that can be read.`, {
      cause: error,
    });
  }
}
