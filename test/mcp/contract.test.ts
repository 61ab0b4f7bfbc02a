import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { connect, shop } from './session.ts';

/** 4.2 characters of these schemas make one o200k token (measured with gpt-tokenizer: 23,293 characters, 5,551 tokens). */
const CHARACTERS_PER_TOKEN = 4.19;

describe('the tools', () => {
  it('are those of the contract, in camelCase, and few', () => {
    expect(TOOLS.map((tool) => tool.name)).toEqual([
      'detectTool',
      'migrationStatus',
      'planOperation',
      'analyzeMigration',
      'rehearse',
      'backup',
      'diffSchemas',
      'generateMigration',
      'runMigrations',
      'rollback',
      'seed',
    ]);
    expect(TOOLS.length).toBeLessThanOrEqual(14);
    for (const tool of TOOLS) expect(tool.name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
  });

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))(
    '%s says what it is and takes nothing that could be a consent',
    (_name, tool) => {
      expect(tool.title.length).toBeGreaterThan(3);
      expect(tool.description.length).toBeGreaterThan(40);
      expect(tool.description.length).toBeLessThan(1_024);
      const input = JSON.stringify(z.toJSONSchema(tool.input, { io: 'input' }));
      expect(input).not.toMatch(/"(anyOf|oneOf|allOf)"/);
      expect(Object.keys(tool.input.shape).join(' ')).not.toMatch(/confirm|consent|approve|force|yes|unsafe|skip/i);
      // Whatever writes to a database runs a plan, and takes nothing else that could change what runs.
      if (tool.can.writesDatabase) expect(Object.keys(tool.input.shape)).toEqual(['planId', 'detail']);
    },
  );

  it('are listed with all hints, schemas and titles in less than 6,000 tokens', async () => {
    const session = await connect('client 2', shop());
    const tools = await session.tools();
    expect(JSON.stringify({ tools }).length).toBeLessThan(6_000 * CHARACTERS_PER_TOKEN);
    for (const tool of tools)
      expect(tool).toMatchObject({
        title: expect.any(String),
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object', required: ['outcome', 'next'] },
        annotations: {
          readOnlyHint: expect.any(Boolean),
          destructiveHint: expect.any(Boolean),
          idempotentHint: expect.any(Boolean),
          openWorldHint: expect.any(Boolean),
        },
      });
    const hints = Object.fromEntries(
      tools.map((tool) => [tool.name, (tool as { annotations?: Record<string, boolean> }).annotations ?? {}]),
    );
    expect(hints.migrationStatus).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(hints.runMigrations).toMatchObject({ readOnlyHint: false, destructiveHint: true, idempotentHint: false });
    for (const hint of Object.values(hints)) expect(hint.readOnlyHint && hint.destructiveHint).toBe(false);
  });
});
