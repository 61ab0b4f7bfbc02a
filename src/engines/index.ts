import type { DatabaseEngine } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { EngineId } from '../core/ids.ts';

/** One line per engine, loaded when a database of its kind is met. */
const ENGINES: Partial<Record<EngineId, () => Promise<DatabaseEngine>>> = {
  postgres: async () => (await import('./postgres/index.ts')).postgres,
  sqlite: async () => (await import('./sqlite/index.ts')).sqlite,
};

/** Throws ENGINE.NOT_SUPPORTED for an engine that is known and not driven yet. */
export async function engineFor(id: EngineId): Promise<DatabaseEngine> {
  const load = ENGINES[id];
  if (load) return load();
  throw new LockkeeperError(
    'ENGINE.NOT_SUPPORTED',
    `This version of lockkeeper cannot work on ${id} yet (it can on ${Object.keys(ENGINES).join(' and ')}). Nothing was done.`,
  );
}

export function supportedEngines(): readonly string[] {
  return Object.keys(ENGINES);
}
