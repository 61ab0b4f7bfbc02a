import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../../src/io/workbench.ts';
import { startChild } from '../support/child.ts';
import { testFolder, testWorkbench } from '../support/sqlite.ts';

const CHILD = new URL('../support/folder-child.ts', import.meta.url);

describe('files', () => {
  test('are new, private, and whole', async () => {
    const folder = testFolder();
    const { files } = testWorkbench();
    await files.write(`${folder}/a`, 'one\r\ntwo\u2028still two\n\nfour');
    expect(statSync(`${folder}/a`).mode & 0o777).toBe(0o600);
    await expect(files.write(`${folder}/a`, 'x')).rejects.toMatchObject({ message: expect.stringMatching(/EEXIST/) });
    await files.copy(`${folder}/a`, `${folder}/b`);
    expect(statSync(`${folder}/b`).mode & 0o777).toBe(0o600);
    const lines: string[] = [];
    for await (const line of files.lines(`${folder}/b`)) lines.push(line);
    expect(lines).toEqual(['one\r', 'two\u2028still two', '', 'four']);
    expect(await files.sha256(`${folder}/b`)).toBe(
      execFileSync('sha256sum', [`${folder}/b`], { encoding: 'utf8' }).slice(0, 64),
    );
    expect(await files.size(`${folder}/b`)).toBe(readFileSync(`${folder}/b`).length);
    await files.rename(`${folder}/b`, `${folder}/c`);
    await files.remove(`${folder}/c`);
    await files.folder(`${folder}/d/e`);
    expect(statSync(`${folder}/d/e`).mode & 0o777).toBe(0o700);
    expect(await files.exists(`${folder}/c`)).toBe(false);
    symlinkSync(`${folder}/a`, `${folder}/link`);
    expect(await files.identity(`${folder}/link`)).toEqual(await files.identity(`${folder}/a`));
    await expect(files.sha256(`${folder}/none`)).rejects.toMatchObject({ code: 'WORKSPACE.UNREADABLE' });
  });

  test('on a full disk leave nothing half-written', async ({ skip }) => {
    const folder = testFolder();
    mkdirSync(`${folder}/small`);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', `${folder}/small`], { stdio: 'ignore' });
    } catch {
      skip('NOT TESTED: a full disk needs the right to mount a small one');
    }
    try {
      const { files } = testWorkbench();
      writeFileSync(`${folder}/large`, Buffer.alloc(3_000_000, 1));
      const full = { code: 'DISK.FULL', message: expect.stringMatching(/The database is unchanged/) };
      await expect(files.copy(`${folder}/large`, `${folder}/small/copy`)).rejects.toMatchObject(full);
      await expect(files.write(`${folder}/small/text`, 'x'.repeat(3_000_000))).rejects.toMatchObject(full);
      expect(readdirSync(`${folder}/small`)).toEqual([]);
    } finally {
      execFileSync('umount', [`${folder}/small`]);
    }
  });

  test('on a read-only disk say so', async ({ skip }) => {
    const folder = testFolder();
    mkdirSync(`${folder}/fixed`);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', `${folder}/fixed`], { stdio: 'ignore' });
    } catch {
      skip('NOT TESTED: a read-only disk needs the right to mount one');
    }
    try {
      await expect(testWorkbench().files.write(`${folder}/fixed/a`, 'x')).rejects.toMatchObject({
        code: 'WORKSPACE.READ_ONLY',
        message: expect.stringMatching(/EROFS.*The database is unchanged/),
      });
    } finally {
      execFileSync('umount', [`${folder}/fixed`]);
    }
  });
});

describe('temporary folders', () => {
  test('are private and go with the workbench', async () => {
    const bench = createWorkbench({ root: '/', signal: new AbortController().signal, progress() {} });
    const [one, two] = [await bench.temporaryFolder(), await bench.temporaryFolder()];
    expect(statSync(one.path).mode & 0o777).toBe(0o700);
    writeFileSync(`${two.path}/a`, 'x');
    await one.remove();
    expect(existsSync(one.path)).toBe(false);
    await bench.dispose();
    expect(existsSync(two.path)).toBe(false);
  });

  for (const end of ['exit', 'throw', 'SIGTERM', 'SIGINT'] as const)
    test(`go when the process ends with ${end}`, async () => {
      const child = startChild(CHILD, [end]);
      const path = await child.hears('folder');
      if (end === 'SIGTERM' || end === 'SIGINT') {
        expect(existsSync(path)).toBe(true);
        child.process.kill(end);
      }
      await child.ended;
      expect(existsSync(path)).toBe(false);
      if (end === 'SIGTERM' || end === 'SIGINT') expect(child.process.signalCode).toBe(end);
    });
});

test('dispose closes sessions and stops programs, newest first', async () => {
  const bench = createWorkbench({ root: testFolder(), signal: new AbortController().signal, progress() {} });
  const session = await bench.connect(bench.handle('sqlite:a.db'), { create: true });
  const program = await bench.start({ argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] });
  await bench.dispose();
  await expect(session.query('SELECT 1')).rejects.toThrow();
  expect((await program.exited).exitCode).not.toBe(0);
});

test('cancelling stops programs', async () => {
  const stop = new AbortController();
  const bench = testWorkbench({ signal: stop.signal });
  const program = await bench.start({ argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] });
  stop.abort();
  await expect(program.exited).rejects.toMatchObject({ code: 'RUN.CANCELLED' });
});

test('a free port can be listened on', async () => {
  const port = await testWorkbench().freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  server.close();
});
