import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { folderOf } from '../support/workspace.ts';
import { shopWith, start } from './lockkeeper.ts';

describe('demo on SQLite', () => {
  it('every claim is checked and true; nothing is left behind, not even a key', () => {
    const shop = shopWith();
    const temporary = folderOf({});
    const { code, stdout } = shop.run(['demo', '--only', 'sqlite'], { environment: { TMPDIR: temporary } });
    expect(stdout).toMatch(/All \d\d claims were checked and true/);
    expect(stdout).not.toContain('✗');
    expect(code).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(shop.environment.XDG_CONFIG_HOME ?? '')).toBe(false);
    expect(existsSync(`${shop.root}/.lockkeeper`)).toBe(false);
  });

  it('leaves nothing behind on Ctrl-C either', async () => {
    const shop = shopWith();
    const temporary = folderOf({});
    shop.environment.TMPDIR = temporary;
    const child = start(shop, ['demo', '--only', 'sqlite']);
    await new Promise<void>((resolve) =>
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('Rehearse it')) resolve();
      }),
    );
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
