import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endsWithUs } from '../../../src/engines/postgres/ends-with-us.ts';
import { onWindows } from '../../support/windows.ts';

function started(program: string, ...args: string[]) {
  const child = spawn(program, args, { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe.skipIf(onWindows('programs that end with us'))('a program that ends with us', () => {
  it('ends soon after its parent was killed', async () => {
    const parent = started('sleep', '60');
    const child = started(...endsWithUs(['sleep', '60'], parent.pid));
    parent.kill('SIGKILL');
    const [, signal] = await once(child, 'exit', { signal: AbortSignal.timeout(5_000) });
    expect(signal).toBe('SIGTERM');
  });

  it('is otherwise itself: its arguments, its exit code, and the signals it is sent', async () => {
    const odd = started(...endsWithUs(['sh', '-c', 'test "$1" = "a b\'c" && exit 7', 'sh', "a b'c"]));
    expect(await once(odd, 'exit')).toEqual([7, null]);
    const stopped = started(...endsWithUs(['sleep', '60']));
    await once(stopped, 'spawn');
    stopped.kill('SIGTERM');
    expect(await once(stopped, 'exit')).toEqual([null, 'SIGTERM']);
  });
});
