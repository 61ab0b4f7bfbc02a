import { LockkeeperError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { ConsentChannel, ConsentStore } from '../state/consent-store.ts';

/** How long a person's answer counts. Long enough to switch windows, short enough to still mean this. */
const CONSENT_MINUTES = 10;

/**
 * Records a person's answer for one plan, or refuses it. What they typed must be the name that the server gave itself; it is
 * compared as it stands, apart from spaces around it. The refusal does not repeat the name: that text is what would grant it (P3).
 */
export function giveConsent(
  plan: Plan,
  answer: { readonly typedName: unknown; readonly channel: ConsentChannel },
  consents: Pick<ConsentStore, 'put'>,
  now: Date,
): void {
  const { typedName, channel } = answer;
  if (typeof typedName !== 'string' || typedName.trim() === '' || typedName.trim() !== plan.environment.database.name)
    throw new LockkeeperError(
      'GATE.DECLINED',
      "The answer was not the database's name, so nothing was approved and nothing was run.",
    );
  const expires = Math.min(now.getTime() + CONSENT_MINUTES * 60_000, Date.parse(plan.expiresAt));
  consents.put({
    planDigest: plan.digest,
    channel,
    grantedAt: now.toISOString(),
    expiresAt: new Date(expires).toISOString(),
  });
}
