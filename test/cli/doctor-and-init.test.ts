import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { onWindows } from '../support/windows.ts';
import { type Shop, shopWith } from './lockkeeper.ts';

let shop: Shop;
beforeEach(() => {
  shop = shopWith();
});

describe('doctor', () => {
  it('says what is well, and leaves no trace', () => {
    const { stdout, code } = shop.run(['doctor']);
    for (const about of [
      'Node',
      'Seal key',
      'pg_dump',
      'psql',
      'initdb',
      'Leftover shadows',
      'Records',
      'Environment development',
    ])
      expect(stdout).toContain(about);
    expect(stdout).toMatch(/ok {4}Node/);
    expect(code).toBe(0);
    expect(() => readFileSync(join(shop.root, '.lockkeeper/state.sqlite'))).toThrow();
  });

  it.skipIf(onWindows('a key that others can read'))(
    'sees a key that others can read, and a database that is not there',
    () => {
      expect(shop.run(['run']).code).toBe(0);
      chmodSync(join(shop.environment.XDG_CONFIG_HOME ?? '', 'lockkeeper/seal.key'), 0o644);
      writeFileSync(join(shop.root, '.env.staging'), 'DATABASE_URL=sqlite:nowhere.db\n');
      const { stdout, code } = shop.run(['doctor']);
      expect(stdout).toMatch(/fail {2}Seal key.*mode 644/);
      expect(stdout).toContain('chmod 600');
      expect(stdout).toMatch(/fail {2}Environment staging/);
      expect(code).toBe(1);
    },
  );
});

describe('init', () => {
  it('writes what was asked for, once', () => {
    const { stdout, code } = shop.run(['init', '--command', '--skill']);
    expect(code).toBe(0);
    expect(stdout).toContain('.claude/commands/db-migrate.md');
    expect(stdout).toContain('.claude/skills/db-migrate/SKILL.md');
    const client = JSON.parse(readFileSync(join(shop.root, '.mcp.json'), 'utf8'));
    expect(client.mcpServers.lockkeeper.args.at(-1)).toBe('mcp');
  });

  it('never overwrites, and says what to add by hand', () => {
    mkdirSync(join(shop.root, '.cursor'));
    writeFileSync(join(shop.root, '.mcp.json'), '{"mine":true}');
    const { stdout, stderr, code } = shop.run(['init', '--cursor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/was there already\s+\.mcp\.json/);
    expect(stderr).toContain('"lockkeeper"');
    expect(readFileSync(join(shop.root, '.mcp.json'), 'utf8')).toBe('{"mine":true}');
  });
});
