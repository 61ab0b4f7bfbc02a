import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RUNS = 9;
const BOUND = 4;

/** An MCP client waits for `tools/list` at every start: from spawn to that answer, against the least a Node process takes. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-bench-mcp-'));
  try {
    const pairs: { server: number; node: number; ratio: number }[] = [];
    // The first pair warms the disk cache and does not count.
    for (let index = 0; index <= RUNS; index++) {
      const server = await untilTools(folder);
      const node = await untilExit();
      if (index > 0) pairs.push({ server, node, ratio: server / node });
    }
    const ratio = median(pairs.map((pair) => pair.ratio));
    return {
      name: 'MCP server start',
      rows: [
        {
          what: 'spawn → answered `tools/list`',
          'median of 9 (ms)': median(pairs.map((pair) => pair.server)).toFixed(0),
        },
        { what: '`node -e 0`', 'median of 9 (ms)': median(pairs.map((pair) => pair.node)).toFixed(0) },
        { what: 'paired ratio', 'median of 9 (ms)': `${ratio.toFixed(2)} ×` },
      ],
      bound: `at most ${BOUND} × \`node -e 0\``,
      holds: ratio <= BOUND,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function untilTools(folder: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [resolve('dist/main.js'), 'mcp', '--root', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const clientInfo = { name: 'bench', version: '1' };
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/list' });
  let out = '';
  for await (const bytes of child.stdout) {
    out += bytes;
    if (out.includes('"id":2') && out.endsWith('\n')) break;
  }
  const took = performance.now() - began;
  child.kill();
  return took;
}

async function untilExit(): Promise<number> {
  const began = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'close');
  return performance.now() - began;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
