import { LockkeeperError } from '../core/errors.ts';
import type { DatabaseHandle } from '../core/ports.ts';
import { handleFor } from '../io/handle.ts';
import { findEnvironments } from './environments.ts';
import type { Workspace } from './workspace-context.ts';

/** The server that lockkeeper.config.json sets aside for shadow databases; undefined where it names none. */
export async function shadowServer({ files, config }: Workspace): Promise<DatabaseHandle | undefined> {
  if (!config.shadow) return undefined;
  // Its URL is found the way an environment's is.
  const environments = { shadow: { url: config.shadow.url, kind: 'test' } } as const;
  const found = await findEnvironments(files, undefined, process.env, { environments });
  const shadow = found.find((environment) => environment.name === 'shadow');
  const url = shadow?.url;
  if (shadow && url && shadow.protected)
    throw new LockkeeperError(
      'CONFIG.INVALID',
      `lockkeeper.config.json names a shadow server that is not proven harmless: ${shadow.evidence.join('; ')}. Rehearsals run there without anyone being asked, so nothing was done. Use a server on this machine, or none: lockkeeper then makes its own.`,
    );
  if (!url)
    throw new LockkeeperError(
      'CONFIG.INVALID',
      'lockkeeper.config.json names a shadow server, but no URL was found where it says. Nothing was done.',
    );
  return handleFor(url, files.root);
}
