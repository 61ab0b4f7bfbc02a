import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio as serve } from '@modelcontextprotocol/server/stdio';

/** Speaks MCP on stdin and stdout until the client hangs up. Nothing else may be written to stdout. */
export function serveStdio(createServer: () => McpServer): void {
  // A library's console.log would break the protocol; what it says goes where people look for it.
  console.log = console.error;
  console.info = console.error;
  console.debug = console.error;
  const handle = serve(createServer, { onerror: (error) => process.stderr.write(`lockkeeper: ${error.name}\n`) });
  const stop = () => void handle.close().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
