import { describe, expect, test } from 'vitest';
import { handleFor } from '../../src/io/handle.ts';
import { redact, remember } from '../../src/io/redact.ts';
import { Secret } from '../../src/io/secret.ts';

describe('what a program says is cleaned of', () => {
  test('secrets that were seen, in every form programs repeat them', () => {
    remember('p@ss w/ord!');
    for (const text of ['p@ss w/ord!', 'p%40ss%20w%2Ford!', Buffer.from('p@ss w/ord!').toString('base64')])
      expect(redact(`before ${text} after`)).toBe('before [secret] after');
  });

  test('the password of any handle, wherever it stood in the URL', () => {
    handleFor(Secret.of('postgres://ada:raw/with@signs@db.example.org/shop?application_name=me@x'), '/');
    handleFor(Secret.of('mysql://ada:enc%6Fded1@db.example.org/shop'), '/');
    handleFor(Secret.of('postgres://db.example.org/shop?user=ada&password=in-the-query'), '/');
    handleFor(Secret.of('libsql://shop.turso.io?authToken=eyJ0b2tlbg'), '/');
    const said = redact('raw/with@signs encoded1 enc%6Fded1 in-the-query eyJ0b2tlbg');
    expect(said).not.toMatch(/signs|encoded1|6Fded|in-the|eyJ/);
  });

  test('URLs never seen before, and password settings', () => {
    expect(redact('connect to postgres://u:hunter2@h/db failed')).toBe('connect to postgres://[secret]@h/db failed');
    expect(redact('mongodb+srv://u:hunter2@h/db')).not.toContain('hunter2');
    expect(redact('host=h password=hunter2 dbname=d')).toBe('host=h password=[secret] dbname=d');
    expect(redact("PWD: 'hun ter2'; x")).toBe('PWD: [secret]; x');
  });

  test('long text, in little time', () => {
    const began = performance.now();
    redact('a.'.repeat(100_000));
    // Three seconds and more where each point is read from again.
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test('nothing else', () => {
    const text = 'relation "users" does not exist (see https://example.org/a?b=c) at a@b';
    expect(redact(text)).toBe(text);
    remember('abc');
    expect(redact('abc')).toBe('abc');
  });
});
