import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// The seal key and the audit heads of tests have nothing to do with those of the person who runs them.
const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-test-user-'));
process.env.XDG_CONFIG_HOME = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
