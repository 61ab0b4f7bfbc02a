import { beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS, type Shop, shopWith } from './lockkeeper.ts';

let shop: Shop;
beforeAll(() => {
  shop = shopWith();
});

describe('exit codes', () => {
  it('0 where it is done, and where there is nothing to do', () => {
    expect(shop.run(['detect']).code).toBe(0);
    expect(shop.run(['run']).code).toBe(0);
    const again = shop.run(['run']);
    expect(again.stderr).toContain('nothing-to-do');
    expect(again.code).toBe(0);
    expect(shop.sql('dev.db', 'SELECT filename FROM _migrations')).toHaveLength(2);
  });

  it('1 where it failed', () => {
    expect(shop.run(['status', '-e', 'nowhere']).code).toBe(1);
    expect(shop.run(['--root', '/nonexistent-folder', 'detect']).code).toBe(1);
  });

  it('1 where a migration failed, which is then taken back', () => {
    const failing = shopWith({
      ...MIGRATIONS,
      'migrations/003_bad.sql': 'CREATE TABLE half (a);\nINSERT INTO missing VALUES (1);\n',
    });
    const done = failing.run(['run']);
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(/Apply 003_bad\s+failed/);
    expect(failing.sql('dev.db', "SELECT name FROM sqlite_schema WHERE name = 'half'")).toEqual([]);
  });

  it.each([
    ['nonsense'],
    ['status', '--nonsense'],
    ['plan', 'reset'],
    ['run', '--steps', '0'],
    ['approve'],
    ['lint', '--format', 'xml'],
  ])('2 for wrong usage: %s %s %s', (...args) => {
    expect(shop.run(args.filter((word) => word !== undefined)).code).toBe(2);
  });

  it('3 where a person is needed, with the way there and without the name they would type', () => {
    const done = shop.run(['run', '-e', 'production']);
    expect(done.code).toBe(3);
    expect(done.stderr).toMatch(/lockkeeper approve plan_\w+/);
    expect(done.stdout + done.stderr).not.toContain('live.db');
    expect(shop.sql('live.db', "SELECT name FROM sqlite_schema WHERE name LIKE '%users%'")).toEqual([]);
  });

  it('4 where hazards reach --fail-on', () => {
    const dangerous = shopWith({ ...MIGRATIONS, 'migrations/003_fax.sql': 'ALTER TABLE users DROP COLUMN fax;\n' });
    expect(dangerous.run(['lint', 'migrations/003_fax.sql', '--engine', 'postgres']).code).toBe(4);
    expect(dangerous.run(['lint', 'migrations/002_name.sql']).code).toBe(0);
  });

  it('says its version and its help', () => {
    expect(shop.run(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    const help = shop.run(['--help']);
    expect(help.code).toBe(0);
    for (const command of [
      'detect',
      'status',
      'plan',
      'lint',
      'rehearse',
      'backup',
      'restore',
      'diff',
      'generate',
      'run',
      'rollback',
      'seed',
      'approve',
      'review',
      'audit',
      'doctor',
      'demo',
      'init',
      'mcp',
    ])
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(help.stdout).not.toMatch(/--(yes|force|confirm)|backfill/);
  });
});
