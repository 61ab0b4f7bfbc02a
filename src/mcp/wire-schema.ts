import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import * as z from 'zod';

type Json = Readonly<Record<string, unknown>>;

/**
 * A tool's schema as clients see it. It checks nothing itself: answerTool does, so that a wrong argument comes back in the
 * same shape as every other answer.
 */
export function wireSchema(
  schema: z.ZodObject,
  io: 'input' | 'output',
): StandardSchemaWithJSON<Record<string, unknown>> {
  let made: Json | undefined;
  const convert = (): Record<string, unknown> => {
    made = made ?? smaller(z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Json, io);
    return { ...made };
  };
  return {
    '~standard': {
      version: 1,
      vendor: 'lockkeeper',
      validate: (value: unknown) => ({ value: value as Record<string, unknown> }),
      jsonSchema: { input: convert, output: convert },
    },
  };
}

/** Every client pays for each of these characters in every conversation. */
function smaller(json: Json, io: 'input' | 'output', depth = 0): Json {
  return Object.fromEntries(
    Object.entries(json).flatMap(([key, value]): [string, unknown][] => {
      if (key === '$schema') return [];
      // What an answer's parts always have is the contract's to say; a client only has to find them.
      if (io === 'output' && depth > 0 && key === 'required') return [];
      // Bounds that only say "an integer".
      if (
        (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
        (key === 'minimum' && value === Number.MIN_SAFE_INTEGER)
      )
        return [];
      // {} says what leaving it out says.
      if (
        key === 'additionalProperties' &&
        value !== null &&
        typeof value === 'object' &&
        Object.keys(value).length === 0
      )
        return [];
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[key, value]];
      return [[key, smaller(value as Json, io, depth + 1)]];
    }),
  );
}
