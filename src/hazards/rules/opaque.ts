import { fence } from '../../core/untrusted.ts';
import type { ChangeRule } from '../rule.ts';

/** What cannot be seen counts as able to do anything, until a rehearsal has shown it. */
export const opaque: ChangeRule = {
  id: 'opaque',
  kind: 'opaque',
  judges: 'change',
  find(change, judged) {
    if (change.kind !== 'opaque' || !judged.prediction.parsed) return undefined;
    return {
      severity: 'danger',
      message: `Cannot be judged by reading: ${fence(change.why, 200)}. A rehearsal shows what it does.`,
    };
  },
};
