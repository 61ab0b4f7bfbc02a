import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveTerminal, inTerminal, type Shop, shopWith } from './lockkeeper.ts';

let shop: Shop;
let planId: string;
beforeAll(() => {
  shop = shopWith();
});
beforeEach(() => {
  planId = String(shop.json(['plan', 'run', '-e', 'production']).planId);
  expect(planId).toMatch(/^plan_/);
});

function events(): readonly string[] {
  return (shop.json(['audit']).entries as { event: string }[]).map((entry) => entry.event);
}

/** Nothing of the migrations is in the production database. */
function untouched(): boolean {
  return shop.sql('live.db', "SELECT name FROM sqlite_schema WHERE name IN ('users', '_migrations')").length === 0;
}

describe('nothing but a person at a terminal agrees', () => {
  it.each(['live.db\n', 'y\n', 'yes\nlive.db\n'])('not piped stdin: %j', (input) => {
    expect(shop.run(['approve', planId], { input })).toMatchObject({ code: 3, stdout: '' });
    expect(shop.run(['run', '--plan', planId], { input }).code).toBe(3);
    expect(untouched()).toBe(true);
  });

  it.each(['--yes', '-y', '--force', '--confirm', '--approve', '--no-confirm'])(
    'not the option %s: there is none',
    (option) => {
      expect(shop.run(['run', '--plan', planId, option]).code).toBe(2);
      expect(shop.run(['approve', planId, option]).code).toBe(2);
      expect(untouched()).toBe(true);
    },
  );

  it('not variables of the environment', () => {
    const names = [
      'LOCKKEEPER_YES',
      'LOCKKEEPER_APPROVE',
      'LOCKKEEPER_CONSENT',
      'LOCKKEEPER_CONFIRM',
      'LOCKKEEPER_FORCE',
      'LOCKKEEPER_SKIP_CONFIRM',
      'CI',
      'YES',
      'FORCE',
      'ASSUME_YES',
      'DEBIAN_FRONTEND',
    ];
    for (const value of ['1', 'true', 'live.db', planId]) {
      const environment = Object.fromEntries(names.map((name) => [name, value]));
      expect(shop.run(['run', '--plan', planId], { environment }).code).toBe(3);
      expect(shop.run(['approve', planId], { environment }).code).toBe(3);
    }
    expect(untouched()).toBe(true);
  });

  it('a refusal does not say what would have been the answer', () => {
    const said = [shop.run(['approve', planId]), shop.run(['run', '--plan', planId]), shop.run(['review', planId])];
    for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain('live.db');
  });
});

const PROMPT = /leaves everything as it is: /;

describe.runIf(haveTerminal())('in a real terminal', () => {
  it('the right name approves exactly that plan, once; approving runs nothing', async () => {
    const { code, screen } = await inTerminal(shop, ['approve', planId], { answer: 'live.db', after: PROMPT });
    expect(screen).toContain('Approved.');
    expect(code).toBe(0);
    expect(screen).toMatch(/production.*protected/s);
    expect(screen).toMatch(/Place.*live\.db/);
    expect(events()).toContain('consent.given');
    expect(untouched()).toBe(true);
    expect(shop.run(['run', '--plan', planId]).code).toBe(0);
    expect(untouched()).toBe(false);
    expect(shop.run(['run', '--plan', planId]).code).toBe(3);
    shop.sql('live.db', 'DROP TABLE users');
    shop.sql('live.db', 'DROP TABLE _migrations');
  });

  it.each(['yes', 'y', '', 'LIVE.DB', 'production', 'live'])('another answer refuses: %j', async (answer) => {
    const before = events().filter((event) => event === 'consent.refused').length;
    const { code } = await inTerminal(shop, ['approve', planId], { answer, after: PROMPT });
    expect(code).toBe(3);
    expect(events().filter((event) => event === 'consent.refused').length).toBe(before + 1);
    expect(shop.run(['run', '--plan', planId]).code).toBe(3);
    expect(untouched()).toBe(true);
  });

  it.each([
    'CLAUDECODE',
    'CURSOR_AGENT',
    'GEMINI_CLI',
    'CODEX_SANDBOX',
    'CODEX_SANDBOX_NETWORK_DISABLED',
    'OPENCODE',
    'AIDER',
    'AI_AGENT',
  ])('an agent is told that it cannot: %s', async (name) => {
    const { code, screen } = await inTerminal(shop, ['approve', planId], {
      answer: 'live.db',
      after: PROMPT,
      environment: { [name]: '1' },
    });
    expect(code).toBe(3);
    expect(screen).toContain(`${name} is set`);
    expect(screen).toContain('agent');
    expect(untouched()).toBe(true);
  });

  it('what is typed before the question is no answer to it', async () => {
    const { code, screen } = await inTerminal(shop, ['approve', planId], {
      ahead: 'live.db',
      answer: 'no',
      after: PROMPT,
    });
    expect(screen).not.toContain('Approved.');
    expect(code).toBe(3);
  });

  it('a pipe inside a terminal answers nothing', async () => {
    const { code, screen } = await inTerminal(shop, ['approve', planId], {
      piped: 'live.db',
      answer: 'live.db',
      after: PROMPT,
    });
    expect(code).toBe(3);
    expect(screen).not.toContain('Approved.');
    expect(untouched()).toBe(true);
  });

  it('run asks by itself, and runs after the right answer', async () => {
    const { code, screen } = await inTerminal(shop, ['run', '-e', 'production'], { answer: 'live.db', after: PROMPT });
    expect(screen).toContain('proven');
    expect(code).toBe(0);
    expect(untouched()).toBe(false);
  });
});
