import { type ConnectionParts, urlFromParts } from '../core/connection-parts.ts';
import type { EngineId } from '../core/ids.ts';
import type { ToolUrl } from '../core/migration-tool.ts';
import { blockOf, positionsOf, seenValue } from './source-text.ts';

/** A URL from `{ host, port, user, password, database }` written in a configuration, where all that matters is plainly there. */
export function urlFromBlock(block: string, engine: EngineId | 'unknown'): string | undefined {
  if (engine === 'unknown') return undefined;
  const value = (...keys: readonly string[]): string | undefined => {
    for (const key of keys) {
      const seen = seenValue(block, key);
      if (seen?.kind === 'text') return seen.text;
      for (const position of positionsOf(block, key)) {
        const number = /^\d+/.exec(block.slice(position, position + 10))?.[0];
        if (number !== undefined) return number;
      }
    }
    return undefined;
  };
  const parts: ConnectionParts = {
    engine,
    host: value('host'),
    port: value('port'),
    database: engine === 'sqlite' ? value('filename', 'storage', 'database') : value('database', 'db'),
    user: value('user', 'username'),
    password: value('password'),
  };
  // A host that a variable decides must not turn into localhost, which would count as proof of harmlessness.
  if (engine !== 'sqlite' && parts.host === undefined) return undefined;
  return urlFromParts(parts);
}

/** Where a block of configuration takes its connection from: a variable, a URL, or pieces. */
export function toolUrlOf(
  block: string,
  about: {
    readonly path: string;
    /** The whole file, where constants are looked up. */
    readonly scope: string;
    readonly engine: EngineId | 'unknown';
    readonly environment?: string;
    readonly relativeTo: string;
  },
): ToolUrl | undefined {
  const common = {
    ...(about.environment !== undefined && { environment: about.environment }),
    relativeTo: about.relativeTo,
  };
  const inner = blockOf(block, 'connection') ?? '';
  for (const [text, key] of [
    [block, 'connection'],
    [inner, 'connectionString'],
    [inner, 'uri'],
    [block, 'url'],
    [block, 'connectionString'],
    [inner, 'filename'],
  ] as const) {
    const value = seenValue(text, key, about.scope);
    if (value?.kind === 'variable') return { ...common, source: { variable: value.name } };
    if (value?.kind === 'text' && value.text !== '') {
      const url = key === 'filename' ? `sqlite:${value.text}` : value.text;
      return { ...common, source: { literalIn: about.path, value: url } };
    }
  }
  const composed = urlFromBlock(inner || block, about.engine);
  return composed === undefined ? undefined : { ...common, source: { literalIn: about.path, value: composed } };
}
