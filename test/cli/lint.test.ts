import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Shop, shopWith } from './lockkeeper.ts';

const BAD =
  '-- what follows is dangerous\nCREATE TABLE safe (a int);\n\nALTER TABLE users DROP COLUMN email;\nCREATE INDEX users_name ON users (name);\n';
const ODD_NAMES = ['--help.sql', '; rm -rf ~.sql', '$(touch pwned).sql', "it's 100% a,b:c.sql", '-e.sql'];

let shop: Shop;
beforeAll(() => {
  shop = shopWith({ 'migrations/001_bad.sql': BAD, ...Object.fromEntries(ODD_NAMES.map((name) => [name, BAD])) });
});
const lint = (...args: string[]) => shop.run(['lint', '--engine', 'postgres', ...args]);

interface Sarif {
  version: string;
  $schema: string;
  runs: {
    tool: { driver: { name: string; rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
    }[];
    invocations: { executionSuccessful: boolean }[];
  }[];
}

describe('lint', () => {
  it('text: statement, pointer, effect, safer way', () => {
    const { stdout, code } = lint('migrations/001_bad.sql');
    expect(stdout).toContain('migrations/001_bad.sql:4');
    expect(stdout).toContain('ALTER TABLE users DROP COLUMN email');
    expect(stdout).toContain('CREATE INDEX CONCURRENTLY');
    expect(stdout).toContain('Safer:');
    expect(code).toBe(4);
  });

  it('SARIF 2.1.0', () => {
    const { stdout, code } = lint('--format', 'sarif', 'migrations/001_bad.sql');
    const sarif: Sarif = JSON.parse(stdout);
    expect(sarif.version).toBe('2.1.0');
    expect(sarif.$schema).toMatch(/sarif-2\.1\.0/);
    expect(sarif.runs).toHaveLength(1);
    const [run] = sarif.runs;
    expect(run?.tool.driver.name).toBe('lockkeeper');
    expect(run?.invocations[0]?.executionSuccessful).toBe(true);
    expect(run?.results.length).toBeGreaterThanOrEqual(2);
    for (const result of run?.results ?? []) {
      expect(run?.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(['error', 'warning', 'note', 'none']).toContain(result.level);
      expect(result.message.text).not.toBe('');
      expect(result.locations[0]?.physicalLocation.artifactLocation.uri).toBe('migrations/001_bad.sql');
      expect(result.locations[0]?.physicalLocation.region.startLine).toBeGreaterThan(1);
    }
    expect(code).toBe(4);
  });

  it('SARIF says so where nothing could be judged', () => {
    const { stdout, code } = lint('--format', 'sarif', 'nothing-here.sql');
    const sarif: Sarif = JSON.parse(stdout);
    expect(sarif.runs[0]?.invocations[0]?.executionSuccessful).toBe(false);
    expect(code).not.toBe(0);
  });

  it('GitHub annotations, escaped', () => {
    const { stdout } = lint('--format', 'github', '--', "it's 100% a,b:c.sql");
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines)
      expect(line).toMatch(/^::(error|warning|notice) file=[^:,]+,line=\d+,title=[^:,]+::[^\r\n]+$/);
    expect(stdout).toContain("file=it's 100%25 a%2Cb%3Ac.sql,");
  });

  it('--fail-on', () => {
    writeFileSync(join(shop.root, 'caution.sql'), 'ALTER TABLE users RENAME COLUMN a TO b;\n');
    const severities = (
      shop.json(['lint', '--engine', 'postgres', 'caution.sql']).findings as { severity: string }[]
    ).map((one) => one.severity);
    const dangerous = severities.includes('danger');
    expect(lint('caution.sql').code).toBe(dangerous ? 4 : 0);
    expect(lint('--fail-on', 'caution', 'caution.sql').code).toBe(severities.some((one) => one !== 'info') ? 4 : 0);
    expect(lint('--fail-on', 'danger', 'migrations/001_bad.sql').code).toBe(4);
  });

  it.each(ODD_NAMES)('a file called %j is a file', (name) => {
    const done = lint('--format', 'json', '--', name);
    expect(JSON.parse(done.stdout).findings[0].file).toBe(name);
    expect(done.code).toBe(4);
    expect(lint(`./${name}`).code).toBe(4);
  });

  it('takes names from where one stands, and none from outside', () => {
    mkdirSync(join(shop.root, 'below'), { recursive: true });
    expect(lint(join(shop.root, 'migrations/001_bad.sql')).code).toBe(4);
    const outside = lint('/etc/hostname');
    expect(outside.code).toBe(3);
    expect(outside.stderr).toContain('WORKSPACE.OUTSIDE');
  });
});
