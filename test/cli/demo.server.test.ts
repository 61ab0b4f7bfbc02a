import { chmodSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { folderOf } from '../support/workspace.ts';
import { shopWith, start } from './lockkeeper.ts';

it('demo: both chapters, every claim checked and true, nothing left behind', async () => {
  const shop = shopWith();
  const temporary = folderOf({});
  // Where we are root, the shadow's server runs as another user, who must be able to get there.
  chmodSync(temporary, 0o755);
  shop.environment.TMPDIR = temporary;
  const child = start(shop, ['demo']);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(stdout).toMatch(/All \d\d claims were checked and true/);
  expect(stdout).not.toContain('✗');
  expect(code).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
}, 240_000);
