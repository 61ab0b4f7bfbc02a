import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LockkeeperError } from '../../src/core/errors.ts';
import { redact, remember } from '../../src/io/redact.ts';
import { Secret } from '../../src/io/secret.ts';
import { preview } from '../../src/pipeline.ts';
import { SHOP, walkOn } from '../support/walk.ts';

const PASSWORD = 'p@ss%23word/:?#[]$äx';

describe('P8: secrets are a type', () => {
  it('a secret prints as [secret] in every way there is', () => {
    const secret = Secret.of(PASSWORD);
    const printed = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret, { depth: 9, showHidden: true }),
      inspect({ a: [secret] }),
      Object.entries(secret).join(),
      JSON.stringify(Object.assign({}, secret)),
    ];
    for (const text of printed) expect(text).not.toContain('p@ss');
  });

  it('what programs and drivers say is cleaned', () => {
    remember(PASSWORD);
    for (const text of [
      `could not connect with ${PASSWORD}`,
      `url postgres://u:${encodeURIComponent(PASSWORD)}@h/d`,
      'postgres://u:hunter22@h/d',
      'password=hunter22 host=x',
      "PASSWORD: 'hunter22'",
    ]) {
      expect(redact(text)).not.toContain(PASSWORD);
      expect(redact(text)).not.toContain(encodeURIComponent(PASSWORD));
      expect(redact(text)).not.toContain('hunter22');
    }
  });

  it('a connection that fails leaves no trace of the password', async () => {
    const walk = walkOn({
      ...SHOP,
      '.env': `DATABASE_URL=postgres://app:${encodeURIComponent(PASSWORD)}@127.0.0.1:1/shop\n`,
    });
    await walk.state();
    const error = await preview(walk.call, {}, { operation: 'run' }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(LockkeeperError);
    expect(error).toMatchObject({ code: 'DATABASE.UNREACHABLE' });
    const trail = inspect(error, { depth: 9 });
    for (const name of readdirSync(join(walk.root, '.lockkeeper'))) {
      const bytes = readFileSync(join(walk.root, '.lockkeeper', name)).toString('latin1');
      expect(bytes).not.toContain(encodeURIComponent(PASSWORD));
      expect(bytes).not.toContain('p@ss');
    }
    expect(trail).not.toContain(PASSWORD);
    expect(trail).not.toContain(encodeURIComponent(PASSWORD));
  });
});
