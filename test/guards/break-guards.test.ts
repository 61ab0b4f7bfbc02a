import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type BrokenGuard, GUARDS } from './guards.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the project in which one guard is gone. */
function copyWithout(guard: BrokenGuard): string {
  const copy = mkdtempSync(join(tmpdir(), 'lockkeeper-guard-'));
  for (const name of ['src', 'test', 'prompts', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'build.mjs'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const file = join(copy, guard.file);
  const text = readFileSync(file, 'utf8');
  if (!text.includes(guard.find))
    throw new Error(
      `${guard.file} no longer holds what guards "${guard.what}": bring test/guards/guards.ts up to date`,
    );
  writeFileSync(file, text.replace(guard.find, guard.replace));
  return copy;
}

function runTest(folder: string, test: string): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'fast', test],
      { cwd: folder, env: { ...process.env, VITEST: '', NO_COLOR: '1' } },
    );
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

describe('a guard that is taken out is missed', () => {
  it.concurrent.each(GUARDS.map((guard) => [guard.what, guard] as const))('%s', async (_what, guard) => {
    const copy = copyWithout(guard);
    try {
      const { exitCode, output } = await runTest(copy, guard.noticedBy);
      expect(output, 'the tests must run for their failure to mean something').toMatch(/Tests .*\d+ failed/);
      expect(exitCode).toBe(1);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
