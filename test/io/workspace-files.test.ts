import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { listPaths } from '../../src/io/workspace-files.ts';
import { folderOf } from '../support/workspace.ts';

const PATTERNS = [
  '*.log',
  '!important.log',
  'cache/',
  '/rooted',
  'a/b',
  '**/deep',
  'x/**',
  'p/**/q',
  'file?.txt',
  '[ab].md',
  '[!c]x.md',
  '\\#hash',
  '\\!bang',
  '# comment',
  '*.tmp/',
  'name with space',
  'trailing   ',
  'doc/*.txt',
  '!doc/keep.txt',
  '*~',
  '*',
  '!*/',
  '!*.sql',
  '.*',
  'we*rd',
];

const PATHS = [
  'app.log',
  'important.log',
  'sub/important.log',
  'cache/x',
  'sub/cache/y',
  'sub/x/cache',
  'rooted',
  'sub/rooted',
  'a/b/c',
  'sub/a/b',
  'deep',
  'one/two/deep',
  'x/y/z',
  'sub/x/y',
  'p/q',
  'p/1/2/q',
  'file1.txt',
  'file12.txt',
  'a.md',
  'ax.md',
  'cx.md',
  '#hash',
  '!bang',
  'd.tmp/file',
  'e.tmp',
  'name with space',
  'trailing',
  'doc/a.txt',
  'doc/keep.txt',
  'doc/sub/b.txt',
  'old~',
  'migrations/001.sql',
  '.hidden',
  'sub/.hidden/x',
  'weird',
  'we/rd',
];

/** A small generator, so that every run tries the same sets of rules. */
function* pickings(count: number): Generator<string[]> {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  for (let round = 0; round < count; round++) yield PATTERNS.filter(() => random() < 0.3);
}

describe('listPaths', () => {
  it('lists what git lists', () => {
    for (const [round, patterns] of [...pickings(40)].entries()) {
      const nested = PATTERNS.filter((_, index) => (index + round) % 5 === 0);
      const root = folderOf({
        ...Object.fromEntries(PATHS.map((path) => [path, ''])),
        '.gitignore': patterns.join('\n'),
        'sub/.gitignore': nested.join('\r\n').replaceAll('\r', ''),
      });
      execFileSync('git', ['init', '-q'], { cwd: root });
      const listed = execFileSync('git', ['ls-files', '-co', '--exclude-per-directory=.gitignore', '-z'], {
        cwd: root,
        encoding: 'utf8',
      });
      expect(listPaths(root), JSON.stringify({ patterns, nested })).toEqual(listed.split('\0').filter(Boolean).sort());
    }
  });

  it('is the same with and without git', () => {
    const contents = { '.gitignore': 'private/\n', 'private/a.sql': '', 'migrations/001_a.sql': '', '.env': '' };
    const plain = folderOf(contents);
    const checkout = folderOf(contents);
    execFileSync('git', ['init', '-q'], { cwd: checkout });
    execFileSync('git', ['add', '-A'], { cwd: checkout });
    expect(listPaths(checkout)).toEqual(listPaths(plain));
    expect(listPaths(plain)).toEqual(['.env', '.gitignore', 'migrations/001_a.sql']);
  });
});
