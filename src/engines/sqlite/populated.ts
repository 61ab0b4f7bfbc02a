import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle } from '../../core/ports.ts';

/** The refusal to restore over what is there where nobody said so. */
export function populated(into: DatabaseHandle): LockkeeperError {
  return new LockkeeperError(
    'RESTORE.POPULATED',
    `${into.place} is not empty. Nothing was restored; what is in it is unchanged.`,
  );
}
