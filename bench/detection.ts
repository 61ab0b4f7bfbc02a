import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const FILES = 50_000;
const ROUNDS = 5;
const BOUND = 2;

/** What detection asks of a large workspace, beside what git takes to list it. */
export async function run(): Promise<{
  name: string;
  rows: Record<string, string | number>[];
  bound: string;
  holds: boolean;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-bench-'));
  try {
    const workspace = join(folder, 'workspace');
    const files = makeWorkspace(workspace);
    const programs = await makePrograms(folder);
    // The first run of each fills the system's cache of file names, and says which files detection reads.
    const candidates = JSON.parse(start(programs.detect, workspace).stdout) as { read: string[]; projects: string[] };
    writeFileSync(join(folder, 'candidates.json'), JSON.stringify(candidates.read));
    const listing = [programs.list, workspace, join(folder, 'candidates.json')] as const;
    start(...listing);
    const detect: number[] = [];
    const list: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      list.push(start(...listing).ms);
      detect.push(start(programs.detect, workspace).ms);
    }
    const ratio = median(detect) / median(list);
    return {
      name: 'Detection in a workspace of 50,000 files',
      rows: [
        {
          what: `detectProjects, fresh process (${candidates.projects.length} projects found)`,
          files,
          'median ms': median(detect).toFixed(0),
          ratio: ratio.toFixed(2),
        },
        {
          what: `git ls-files -co and reading the same ${candidates.read.length} files, fresh process`,
          files,
          'median ms': median(list).toFixed(0),
          ratio: '1.00',
        },
      ],
      bound: `at most ${BOUND} × git's listing and reading the candidate files, medians of ${ROUNDS} in one run`,
      holds: ratio <= BOUND,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeWorkspace(root: string): number {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  let count = 0;
  const put = (path: string, text: string) => {
    write(path, text);
    count++;
  };
  put(
    '.gitignore',
    [
      'node_modules/',
      'dist/',
      '*.log',
      '.env',
      '.env.*',
      'coverage',
      '/tmp',
      '**/*.tsbuildinfo',
      '!keep.log',
      '.idea/',
      '*.swp',
    ].join('\n'),
  );
  put('package.json', '{"name":"monorepo","private":true}');
  for (let at = 0; at < 100; at++)
    put(
      `packages/p${at}/package.json`,
      JSON.stringify({ name: `p${at}`, dependencies: { express: '^4', ...(at === 0 && { prisma: '^6' }) } }),
    );
  put('packages/p0/prisma/schema.prisma', 'datasource db {\n provider = "postgresql"\n url = env("DATABASE_URL")\n}\n');
  for (let at = 1000; at < 1150; at++)
    put(`packages/p0/prisma/migrations/${at}_change/migration.sql`, `ALTER TABLE a ADD COLUMN c${at} int;\n`);
  for (let at = 1000; at < 1150; at++)
    put(`packages/p1/migrations/${at}_change.sql`, `-- UP\nALTER TABLE a ADD COLUMN c${at} int;\n-- DOWN\n`);
  put('services/api/alembic.ini', '[alembic]\nscript_location = migrations\n');
  put('services/api/migrations/env.py', 'from alembic import context\n');
  for (let at = 1000; at < 1100; at++)
    put(
      `services/api/migrations/versions/${at}_change.py`,
      `revision = "${at}"\ndown_revision = ${at === 1000 ? 'None' : `"${at - 1}"`}\n`,
    );
  for (let at = 0; count < FILES; at++)
    put(
      `packages/p${at % 100}/src/module${Math.floor(at / 2_000)}/file${at}.${at % 3 === 0 ? 'tsx' : 'ts'}`,
      `export const value${at} = ${at};\n`,
    );
  execFileSync('git', ['init', '-q'], { cwd: root });
  execFileSync('git', ['add', '-A'], { cwd: root });
  return count;
}

async function makePrograms(folder: string): Promise<{ detect: string; list: string }> {
  const source = join(dirname(fileURLToPath(import.meta.url)), sourceFolder(), 'src');
  const detect = join(folder, 'detect.mjs');
  const [workspace, context] = ['io/workspace.ts', 'context/detect.ts'].map((path) =>
    JSON.stringify(join(source, path)),
  );
  await build({
    stdin: {
      contents: `import { openWorkspace } from ${workspace}; import { detectProjects } from ${context};
        const files = await openWorkspace(process.argv[2]); const read = new Set();
        const watched = { ...files, read: async (path) => { const text = await files.read(path); if (text !== undefined) read.add(path); return text; } };
        const found = await detectProjects(watched);
        console.log(JSON.stringify({ read: [...read], projects: found.projects.map((project) => project.id) }));`,
      resolveDir: source,
      loader: 'js',
    },
    outdir: join(folder, 'out'),
    entryNames: 'detect',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minifySyntax: true,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const list = join(folder, 'list.mjs');
  writeFileSync(
    list,
    `import { execFileSync } from 'node:child_process'; import { readFileSync } from 'node:fs';
      const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: process.argv[2], encoding: 'utf8', maxBuffer: 1e9 }).split('\\0');
      let bytes = 0;
      for (const path of JSON.parse(readFileSync(process.argv[3], 'utf8'))) bytes += readFileSync(process.argv[2] + '/' + path, 'utf8').length;
      console.log(JSON.stringify({ files: listed.length, bytes }));`,
  );
  return { detect: detect.replace('detect.mjs', 'out/detect.mjs'), list };
}

/** The bench runner bundles this file into node_modules/.cache/lockkeeper-bench. */
function sourceFolder(): string {
  return import.meta.url.includes('node_modules') ? '../../..' : '..';
}

function start(program: string, ...args: readonly string[]): { ms: number; stdout: string } {
  const begun = performance.now();
  const stdout = execFileSync(process.execPath, [program, ...args], { encoding: 'utf8', maxBuffer: 1e9 });
  return { ms: performance.now() - begun, stdout };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const { name, rows, bound, holds } = await run();
  console.log(`${name}: ${holds ? 'holds' : 'DOES NOT HOLD'} (${bound})`);
  console.table(rows);
}
