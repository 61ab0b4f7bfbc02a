import { describe, expect, it } from 'vitest';
import { haveTerminal, inTerminal, MIGRATIONS, shopWith } from './lockkeeper.ts';

const PROMPT = /leaves everything as it is: /;

describe.runIf(haveTerminal())('what a person agrees to', () => {
  it('is shown to its last line', async () => {
    const columns = Array.from({ length: 60 }, (_, index) => `  c${index} TEXT`).join(',\n');
    const long = shopWith({
      ...MIGRATIONS,
      'migrations/003_long.sql': `CREATE TABLE long (\n${columns},\n  ${'x'.repeat(900)} TEXT,\n  hidden_at_the_end TEXT\n);\n`,
    });
    const id = String(long.json(['plan', 'run', '-e', 'production']).planId);
    const { screen } = await inTerminal(long, ['approve', id], { answer: 'no', after: PROMPT });
    expect(screen).toContain('hidden_at_the_end');
    expect(screen).toContain('x'.repeat(900));
  });
});
