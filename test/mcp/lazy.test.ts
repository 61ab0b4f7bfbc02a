import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shop, speak } from './session.ts';

/** V8's coverage report names every script that a process compiled: a list that no module can keep itself off. */
it('starting loads no driver, no parser and nothing of the engines', async () => {
  const report = mkdtempSync(join(tmpdir(), 'lockkeeper-loaded-'));
  try {
    const server = speak({ ...shop(), environment: { NODE_V8_COVERAGE: report } });
    await server.ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    await server.ask('tools/list');
    await server.end();
    const loaded = readdirSync(report).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(report, file), 'utf8')) as { result: { url: string }[] };
      return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
    });
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.filter((url) => url.includes('node_modules'))).toEqual([]);
    const text = loaded.map((url) => readFileSync(new URL(url), 'utf8')).join('\n');
    for (const heavy of [
      'src/engines/',
      'src/io/database/',
      'src/execute/',
      'src/adapters/',
      'src/cli/',
      'node_modules/commander',
      'node_modules/sqlite3-parser',
    ])
      expect(text).not.toContain(`// ${heavy}`);
  } finally {
    rmSync(report, { recursive: true, force: true });
  }
});
