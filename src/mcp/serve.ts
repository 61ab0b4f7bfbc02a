import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio as serve } from '@modelcontextprotocol/server/stdio';

/** How long a run that was told to stop may take to say how it ended. */
const LAST_WORDS_MS = 10_000;

/** Speaks MCP on stdin and stdout until the client hangs up. Nothing else may be written to stdout. */
export function serveStdio(createServer: () => McpServer): void {
  // A library's console.log would break the protocol; what it says goes where people look for it.
  console.log = console.error;
  console.info = console.error;
  console.debug = console.error;
  const handle = serve(createServer, { onerror: (error) => process.stderr.write(`lockkeeper: ${error.name}\n`) });
  // Closing aborts what is under way; a run then stops at the next safe place and writes down how far it came.
  const stop = () => {
    void handle.close();
    setTimeout(() => process.exit(0), LAST_WORDS_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
