// npm test: provides the database servers that the tests need, then runs types, lint, build and every test.
// The last line is `N passed, N failed, N skipped`. With CI=true a server that cannot be provided is a failure.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const OLDEST_POSTGRES = 15;

const servers = [
  { name: `PostgreSQL ${OLDEST_POSTGRES} or later`, packages: ['postgresql'], found: hasPostgres },
  { name: 'MariaDB', packages: ['mariadb-server'], found: () => onPath('mariadbd') && onPath('mariadb-install-db') },
];

const missing = servers.filter((server) => !server.found());
const why = missing.length > 0 ? install(missing.flatMap((server) => server.packages)) : undefined;
const absent = missing.filter((server) => !server.found());
for (const server of absent)
  console.error(
    `\n*** ${server.name} could not be provided: ${why ?? 'its packages did not bring it'}. Its tests DO NOT RUN. ***\n`,
  );

let failed = absent.length > 0 && process.env.CI === 'true' ? absent.length : 0;
for (const [program, ...args] of [
  ['npx', 'tsc', '--noEmit'],
  ['npx', 'biome', 'check', '--error-on-warnings', '.'],
  [process.execPath, 'build.mjs'],
])
  if (!runs(program, args)) {
    console.error(`\n*** ${args.slice(0, 2).join(' ')} failed ***\n`);
    failed++;
  }

const counts = vitest();
console.log(`${counts.passed} passed, ${counts.failed + failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed + failed > 0 ? 1 : 0;

function runs(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options }).status === 0;
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

function hasPostgres() {
  const debian = '/usr/lib/postgresql';
  const packaged = existsSync(debian) ? readdirSync(debian).map((major) => join(debian, major, 'bin')) : [];
  return [...packaged, ...(process.env.PATH ?? '').split(delimiter)].some((folder) => {
    const server = join(folder, 'postgres');
    if (!existsSync(server) || !existsSync(join(folder, 'initdb'))) return false;
    const version = execFileSync(server, ['--version'], { encoding: 'utf8' });
    return Number(/\d+/.exec(version)?.[0]) >= OLDEST_POSTGRES;
  });
}

/** Installs Debian packages without leaving a service running. Returns why it could not, where it could not. */
function install(packages) {
  if (process.getuid?.() !== 0) return 'installing packages needs root';
  if (!onPath('apt-get')) return 'there is no apt-get here';
  console.error(`Installing ${packages.join(' ')} …`);
  // The packages' scripts ask this file before they start a service; 101 means no (Debian policy-rc.d).
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    if (!runs('apt-get', ['update', '-qq'], options)) return 'apt-get update failed';
    if (!runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options))
      return 'apt-get install failed';
    return undefined;
  } finally {
    if (ours) rmSync(policy);
  }
}

function vitest() {
  const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-tests-'));
  const file = join(folder, 'results.json');
  try {
    const well = runs('npx', ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
    const results = JSON.parse(readFileSync(file, 'utf8'));
    // A file that does not load, or a hook that fails, fails no test of its own.
    const suites = results.testResults.filter(
      (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
    ).length;
    const broken = results.numFailedTests + suites;
    return {
      passed: results.numPassedTests,
      failed: broken === 0 && !well ? 1 : broken,
      skipped: results.numPendingTests + results.numTodoTests,
    };
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
