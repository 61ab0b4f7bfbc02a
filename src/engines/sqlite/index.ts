import type { DatabaseEngine } from '../../core/database-engine.ts';
import { backup } from './backup.ts';
import { facts } from './facts.ts';
import { fingerprint } from './fingerprint.ts';
import { identify, signsOfProduction } from './identify.ts';
import { inspect } from './inspect.ts';
import { lock } from './lock.ts';
import { observe } from './observe.ts';
import { predict } from './predict.ts';
import { restore } from './restore.ts';
import { shadow } from './shadow.ts';
import { size } from './size.ts';
import { split } from './split.ts';

export const sqlite: DatabaseEngine = {
  ...facts,
  identify: async (reader) => identify(reader, await reader.fileIdentity?.()),
  signsOfProduction,
  inspect,
  size,
  split,
  predict,
  lock,
  fingerprint,
  observe,
  backup,
  restore,
  shadow,
};
