import type { Declare } from '../act.ts';
import { approve } from './approve.ts';
import { audit } from './audit.ts';
import { backup } from './backup.ts';
import { demo } from './demo.ts';
import { detect } from './detect.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor.ts';
import { generate } from './generate.ts';
import { init } from './init.ts';
import { lint } from './lint.ts';
import { mcp } from './mcp.ts';
import { plan } from './plan.ts';
import { rehearse } from './rehearse.ts';
import { restore } from './restore.ts';
import { review } from './review.ts';
import { rollback } from './rollback.ts';
import { run } from './run.ts';
import { seed } from './seed.ts';
import { status } from './status.ts';

/** One line per command, in the order in which they are usually needed. */
export const COMMANDS: readonly Declare[] = [
  detect,
  status,
  plan,
  lint,
  rehearse,
  backup,
  restore,
  diff,
  generate,
  run,
  rollback,
  seed,
  approve,
  review,
  audit,
  doctor,
  demo,
  init,
  mcp,
];
