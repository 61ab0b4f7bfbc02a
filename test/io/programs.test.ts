import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DatabaseHandle } from '../../src/core/ports.ts';
import { credentialsFor } from '../../src/io/credentials.ts';
import { handleFor } from '../../src/io/handle.ts';
import { findProgram, runProgram, startProgram } from '../../src/io/programs.ts';
import { Secret } from '../../src/io/secret.ts';
import { testFolder, testWorkbench } from '../support/sqlite.ts';

const node = process.execPath;

describe('a program', () => {
  test('runs without a shell: an argument stays one argument', async () => {
    const said = await runProgram({
      argv: [node, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', '$(id) ; "x" *'],
    });
    expect(JSON.parse(said.stdout)).toEqual(['$(id) ; "x" *']);
  });

  test('gets none of our environment but what every program needs', async () => {
    process.env.SOMEONES_DATABASE_URL = 'postgres://u:hunter2@h/db';
    const said = await runProgram({
      argv: [node, '-e', 'console.log(JSON.stringify(process.env))'],
      environment: { A: 'b' },
    });
    delete process.env.SOMEONES_DATABASE_URL;
    const seen = JSON.parse(said.stdout) as Record<string, string>;
    expect(seen.A).toBe('b');
    expect(seen.PATH).toBe(process.env.PATH);
    expect(Object.keys(seen)).not.toContain('SOMEONES_DATABASE_URL');
  });

  test('gives back its exit code, and output without secrets', async () => {
    handleFor(Secret.of('postgres://u:correct-horse@h/db'), '/');
    const code = `console.log('ok'); console.error('with correct-horse'); process.exit(3)`;
    expect(await runProgram({ argv: [node, '-e', code] })).toEqual({
      exitCode: 3,
      stdout: 'ok\n',
      stderr: 'with [secret]\n',
    });
  });

  test('that says too much is cut at the front, and no half of a secret shows there', async () => {
    handleFor(Secret.of('postgres://u:correct-horse@h/db'), '/');
    const code = `process.stdout.write('correct-horse'.repeat(100000)); process.stdout.write('end')`;
    const { stdout } = await runProgram({ argv: [node, '-e', code] });
    expect(stdout.length).toBeLessThan(210_000);
    expect(stdout.endsWith('end')).toBe(true);
    expect(stdout.slice(0, 200)).not.toMatch(/correct-horse/);
  });

  test('that is not there is PROGRAM.MISSING', async () => {
    await expect(runProgram({ argv: ['lockkeeper-has-no-such-program'] })).rejects.toMatchObject({
      code: 'PROGRAM.MISSING',
    });
    expect(await findProgram('lockkeeper-has-no-such-program')).toBeUndefined();
    expect(await findProgram('node')).toMatch(/node$/);
  });

  test('writes into a new private file and reads from one', async () => {
    const folder = testFolder();
    writeFileSync(`${folder}/in`, 'from the file');
    const argv: [string, ...string[]] = [node, '-e', 'process.stdin.pipe(process.stdout)'];
    const result = await runProgram({ argv, stdinFile: `${folder}/in`, stdoutFile: `${folder}/out` });
    expect(result.stdout).toBe('');
    expect(readFileSync(`${folder}/out`, 'utf8')).toBe('from the file');
    expect(statSync(`${folder}/out`).mode & 0o777).toBe(0o600);
    await expect(runProgram({ argv, stdoutFile: `${folder}/out` })).rejects.toMatchObject({
      code: 'WORKSPACE.UNREADABLE',
    });
  });

  test('ends with its time, with cancellation and with stop', async () => {
    const forever: [string, ...string[]] = [node, '-e', 'setInterval(() => {}, 1000)'];
    await expect(runProgram({ argv: forever, timeoutMs: 200 })).rejects.toMatchObject({ code: 'PROGRAM.FAILED' });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    await expect(runProgram({ argv: forever }, { signal: stop.signal })).rejects.toMatchObject({
      code: 'RUN.CANCELLED',
    });
    const started = await startProgram({ argv: forever });
    await started.stop();
    expect((await started.exited).exitCode).not.toBe(0);
  });
});

describe('credentials', () => {
  const handle = (url: string): DatabaseHandle => handleFor(Secret.of(url), '/');
  const always = { PGAPPNAME: 'lockkeeper', PGCONNECT_TIMEOUT: '15' };

  const urls: Record<string, Record<string, string>> = {
    'postgres://ada:p%40ss@db.example.org:6543/shop?sslmode=verify-full&sslrootcert=/ca.pem': {
      PGHOST: 'db.example.org',
      PGPORT: '6543',
      PGUSER: 'ada',
      PGPASSWORD: 'p@ss',
      PGDATABASE: 'shop',
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/ca.pem',
    },
    'postgresql://ada:a/b?c#d@localhost/shop': {
      PGHOST: 'localhost',
      PGUSER: 'ada',
      PGPASSWORD: 'a/b?c#d',
      PGDATABASE: 'shop',
    },
    'postgres://%2Fvar%2Frun%2Fpostgresql/shop': { PGHOST: '/var/run/postgresql', PGDATABASE: 'shop' },
    'postgres:///shop?host=/tmp/socket&port=5433&user=ada': {
      PGHOST: '/tmp/socket',
      PGPORT: '5433',
      PGUSER: 'ada',
      PGDATABASE: 'shop',
    },
    'postgres://[::1]:5433/shop': { PGHOST: '::1', PGPORT: '5433', PGDATABASE: 'shop' },
    'postgres://a:1,b/shop?target_session_attrs=primary': {
      PGHOST: 'a,b',
      PGPORT: '1,5432',
      PGDATABASE: 'shop',
      PGTARGETSESSIONATTRS: 'primary',
    },
    'jdbc:postgresql://db/shop?ssl=true': { PGHOST: 'db', PGDATABASE: 'shop', PGSSLMODE: 'require' },
    'postgresql+asyncpg://ada@db/shop?options=-c%20search_path%3Dx': {
      PGHOST: 'db',
      PGUSER: 'ada',
      PGDATABASE: 'shop',
      PGOPTIONS: '-c search_path=x',
    },
  };
  for (const [url, wanted] of Object.entries(urls))
    test(url, () => expect(credentialsFor(handle(url))).toEqual({ ...always, ...wanted }));

  test('of MySQL are its password only; of a file, none', () => {
    expect(credentialsFor(handle('mysql://ada:p%40ss@db/shop'))).toEqual({ MYSQL_PWD: 'p@ss' });
    expect(credentialsFor(handle('sqlite:./a.db'))).toEqual({});
  });

  test('reach a program through its environment, and are in no process list', async () => {
    const bench = testWorkbench();
    const database = bench.handle('postgres://ada:correct-horse@db.example.org/shop');
    const code = `const fs = require('fs'); console.log(fs.readFileSync('/proc/self/cmdline', 'latin1')); console.log(process.env.PGPASSWORD === 'correct-' + 'horse')`;
    const { stdout } = await bench.run({ argv: [node, '-e', code], database });
    expect(stdout).toContain('true');
    expect(stdout).not.toContain('correct-horse');
    expect(stdout).not.toContain('[secret]');
  });
});
