import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client as ClientTwo } from '@modelcontextprotocol/client';
import { StdioClientTransport as TransportTwo } from '@modelcontextprotocol/client/stdio';
import { Client as ClientOne } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as TransportOne } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { SHOP, SHOP_ROWS } from '../support/walk.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Clients of both SDK lines, and of both families of protocol revisions. */
export const CLIENTS = ['sdk 1', 'client 2', 'client 2, revision 2026-07-28'] as const;
export type ClientKind = (typeof CLIENTS)[number];

export interface Reply {
  readonly isError: boolean;
  readonly text: string;
  // Tests read what they expect; the output schemas are checked by the clients themselves.
  // biome-ignore lint/suspicious/noExplicitAny: answers are whatever the tool gives
  readonly answer: any;
}

export type Elicited =
  | { action: 'accept'; content: Record<string, string> }
  | { action: 'decline' }
  | { action: 'cancel' };

export interface Session {
  readonly questions: string[];
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: { onprogress?: (progress: { message?: string | undefined }) => void; signal?: AbortSignal },
  ): Promise<Reply>;
  tools(): Promise<readonly { name: string }[]>;
  prompt(name: string, args?: Record<string, string>): Promise<string>;
}

/** A workspace on SQLite, gone when the test is over. */
export function shop(files: Readonly<Record<string, string>> = SHOP): {
  root: string;
  user: string;
  sql(sql: string, file?: string): Record<string, unknown>[];
} {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'lockkeeper-mcp-')));
  const user = mkdtempSync(join(tmpdir(), 'lockkeeper-mcp-user-'));
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
  }
  const sql = (text: string, file = 'shop.db') => {
    const database = new Sqlite(join(root, file));
    try {
      const statement = database.prepare(text);
      if (statement.reader) return statement.all() as Record<string, unknown>[];
      statement.run();
      return [];
    } finally {
      database.close();
    }
  };
  for (const file of ['shop.db', 'live.db']) {
    const database = new Sqlite(join(root, file));
    database.exec(SHOP_ROWS);
    database.close();
  }
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
    rmSync(user, { recursive: true, force: true });
  });
  return { root, user, sql };
}

/** Starts the server as a client does and connects. `person` answers what is elicited; without one the capability is not declared. */
export async function connect(
  kind: ClientKind,
  place: { root: string; user: string },
  person?: (message: string) => Elicited,
): Promise<Session> {
  const server = {
    command: process.execPath,
    args: [MAIN, 'mcp', '--root', place.root],
    env: environmentOf(place),
    stderr: 'inherit' as const,
  };
  const questions: string[] = [];
  const ask = (message: string) => {
    questions.push(message);
    return person?.(message) ?? { action: 'cancel' as const };
  };
  const information = { name: 'test', version: '1.0.0' };
  const capabilities = person ? { elicitation: {} } : {};
  if (kind === 'sdk 1') {
    const client = new ClientOne(information, { capabilities });
    if (person) client.setRequestHandler(ElicitRequestSchema, async (request) => ask(request.params.message));
    await client.connect(new TransportOne(server));
    onTestFinished(() => client.close());
    return {
      questions,
      call: async (name, args = {}, options) =>
        reply(await client.callTool({ name, arguments: args }, undefined, options)),
      tools: async () => (await client.listTools()).tools,
      prompt: async (name, args = {}) =>
        textOf((await client.getPrompt({ name, arguments: args })).messages[0]?.content),
    };
  }
  const client = new ClientTwo(information, {
    capabilities,
    ...(kind === 'client 2' ? {} : { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
  });
  if (person) client.setRequestHandler('elicitation/create', async (request) => ask(request.params.message));
  await client.connect(new TransportTwo(server));
  onTestFinished(() => client.close());
  return {
    questions,
    call: async (name, args = {}, options) => reply(await client.callTool({ name, arguments: args }, options)),
    tools: async () => (await client.listTools()).tools,
    prompt: async (name, args = {}) => textOf((await client.getPrompt({ name, arguments: args })).messages[0]?.content),
  };
}

/** Speaks the protocol by hand and keeps every byte that the server wrote. */
export function speak(place: { root: string; user: string; environment?: Readonly<Record<string, string>> }): {
  ask(method: string, params?: unknown): Promise<Record<string, unknown>>;
  end(): Promise<{ out: string; err: string }>;
} {
  const child = spawn(process.execPath, [MAIN, '--root', place.root], {
    env: { ...environmentOf(place), ...place.environment },
  });
  let [out, err, id] = ['', '', 0];
  child.stdout.on('data', (bytes) => (out += bytes));
  child.stderr.on('data', (bytes) => (err += bytes));
  const waiting = new Map<number, (message: Record<string, unknown>) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Record<string, unknown>;
    waiting.get(Number(message.id))?.(message);
  });
  return {
    ask: (method, params = {}) =>
      new Promise((resolve) => {
        id += 1;
        waiting.set(id, resolve);
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      }),
    end: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve({ out, err }));
        child.stdin.end();
      }),
  };
}

export function filesOf(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
}

function environmentOf(place: { user: string }): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: place.user, XDG_CONFIG_HOME: place.user };
}

function reply(result: unknown): Reply {
  const { isError, content, structuredContent } = result as {
    isError?: boolean;
    content: { text?: string }[];
    structuredContent?: unknown;
  };
  return {
    isError: isError === true,
    text: content.map((part) => part.text ?? '').join('\n'),
    answer: structuredContent,
  };
}

function textOf(content: unknown): string {
  return String((content as { text?: string } | undefined)?.text);
}
