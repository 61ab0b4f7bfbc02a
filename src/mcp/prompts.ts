import type { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

/** What the prompt's `action` may be; other words are passed on as free words. */
export const ACTIONS = [
  'create',
  'up',
  'down',
  'status',
  'seed',
  'backup',
  'restore',
  'diff',
  'lint',
  'recover',
] as const;

/** prompts/db-migrate.md as an MCP prompt, with the action put where a slash command's arguments go. */
export function registerPrompts(server: McpServer): void {
  server.registerPrompt(
    'db-migrate',
    {
      title: 'Migrate the database safely',
      description: 'Walks through a database migration: detect, plan, judge, rehearse, approve, run, verify.',
      argsSchema: z.object({
        action: z
          .string()
          .optional()
          .describe(`${ACTIONS.join(', ')}, or what you want in your own words`),
      }),
    },
    async ({ action }) => ({
      description: 'Migrate the database safely',
      messages: [{ role: 'user', content: { type: 'text', text: await promptFor(action) } }],
    }),
  );
}

export async function promptFor(action: string | undefined): Promise<string> {
  const { packageFile } = await import('../io/package-files.ts');
  const text = (await packageFile('prompts/db-migrate.md')) ?? '';
  const asked = action?.trim() ?? '';
  // Prompt files of slash commands start with YAML for the client; a model has no use for it.
  return text.replace(/^---\n[\s\S]*?\n---\n/, '').replaceAll('$ARGUMENTS', () => (asked === '' ? 'status' : asked));
}
