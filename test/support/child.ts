import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Tests and benchmarks are started there; a benchmark is bundled, so that import.meta.url says nothing. */
const ROOT = process.cwd();
const built = new Map<string, string>();

/** Starts a TypeScript file of the tests as a process of its own, so that it can be killed. Node 20 runs no TypeScript, so it is bundled. */
export function startChild(entry: URL, args: readonly string[]): Child {
  return new Child(
    spawn(process.execPath, [bundle(fileURLToPath(entry)), ...args], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
}

export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  #said = '';
  #waiting: (() => void)[] = [];

  constructor(child: ChildProcess) {
    this.process = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.ended = new Promise((resolve) =>
      child.once('close', (code) => {
        resolve(code);
        for (const wake of this.#waiting.splice(0)) wake();
      }),
    );
  }

  /** The text after `word` on its line, once the process has said it. */
  async hears(word: string): Promise<string> {
    for (;;) {
      const line = this.#said.split('\n').find((text) => text.startsWith(word));
      if (line !== undefined && this.#said.includes(`${line}\n`)) return line.slice(word.length).trim();
      if (this.process.exitCode !== null) throw new Error(`the process ended without saying ${word}: ${this.#said}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}

function bundle(entry: string): string {
  const known = built.get(entry);
  if (known !== undefined) return known;
  // Inside the project, so that the drivers are found.
  const out = join(ROOT, 'node_modules', '.cache', 'lockkeeper', `${process.pid}-${built.size}.mjs`);
  mkdirSync(dirname(out), { recursive: true });
  buildSync({
    entryPoints: [entry],
    outfile: out,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  built.set(entry, out);
  return out;
}
