import { describe, expect, it } from 'vitest';
import { type Shop, shopWith } from './lockkeeper.ts';

const ESCAPE = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egnp';
const NAME = `users${ESCAPE}`;
/** Anything a terminal would obey, but for line ends. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function attacked(): Shop {
  const shop = shopWith({
    'migrations/001_odd.sql': `-- UP\nALTER TABLE "${NAME}" ADD COLUMN b${ESCAPE} TEXT;\nALTER TABLE "${NAME}" DROP COLUMN a;\n`,
    [`migrations/002_${'\u001b[31m'}red.sql`]: 'SELECT 1;\n',
  });
  shop.sql('dev.db', `CREATE TABLE "${NAME}" (id INTEGER PRIMARY KEY, a TEXT)`);
  shop.sql('dev.db', `INSERT INTO "${NAME}" (a) VALUES ('x')`);
  return shop;
}

describe('what stands in a database or a file cannot command the terminal', () => {
  it.each([
    ['detect'],
    ['status'],
    ['plan', 'run'],
    ['lint'],
    ['lint', '--format', 'github'],
    ['lint', '--format', 'sarif'],
    ['diff', 'development', 'production'],
    ['run'],
    ['audit'],
    ['doctor'],
    [`nonsense${ESCAPE}`],
    ['status', '-e', ESCAPE],
    ['run', '--to', ESCAPE],
  ])('%s %s %s', (...args) => {
    const shop = attacked();
    for (const more of [[], ['--json']]) {
      const words = [...args.filter((word) => word !== undefined), ...more];
      const { stdout, stderr } = shop.run(words);
      expect(stdout).not.toMatch(OBEYED);
      expect(stderr).not.toMatch(OBEYED);
      expect(stdout + stderr).not.toBe('');
    }
  });

  it('colours are for terminals only', () => {
    expect(attacked().run(['detect'], { environment: { FORCE_COLOR: '1' } }).stdout).not.toContain('\u001b');
  });
});
