import type { Digest } from '../core/digest.ts';
import type { StateDatabase } from '../io/state-database.ts';
import { isSealed, sealOf } from './seal.ts';

/** How a person answered: in a form of the client, in a terminal of their own, or on the local review page. */
export type ConsentChannel = 'elicitation' | 'terminal' | 'review-page';

export interface Consent {
  readonly planDigest: Digest;
  readonly channel: ConsentChannel;
  readonly grantedAt: string;
  readonly expiresAt: string;
}

/** Consents, each sealed with a key that lies outside the workspace: a row written by anyone else counts for nothing. */
export class ConsentStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  put(consent: Consent): void {
    this.#database.run(
      'INSERT INTO consents (plan_digest, channel, granted_at, expires_at, seal) VALUES (?, ?, ?, ?, ?)',
      consent.planDigest,
      consent.channel,
      consent.grantedAt,
      consent.expiresAt,
      sealOf('consent', sealedText(consent)),
    );
  }

  /** A live consent for exactly this plan; it stays unspent. */
  find(planDigest: Digest, now: Date): Consent | undefined {
    return this.#live(planDigest, now)[0]?.consent;
  }

  /** Takes a live consent out of the world. True for exactly one caller. */
  spend(planDigest: Digest, now: Date): boolean {
    return this.#live(planDigest, now).some(
      ({ id }) =>
        this.#database.run(
          'UPDATE consents SET spent_at = ? WHERE id = ? AND spent_at IS NULL',
          now.toISOString(),
          id,
        ) === 1,
    );
  }

  #live(planDigest: Digest, now: Date): readonly { id: number; consent: Consent }[] {
    return this.#database
      .all(
        'SELECT * FROM consents WHERE plan_digest = ? AND spent_at IS NULL AND expires_at > ? ORDER BY id',
        planDigest,
        now.toISOString(),
      )
      .flatMap((row) => {
        const consent: Consent = {
          planDigest,
          channel: String(row.channel) as ConsentChannel,
          grantedAt: String(row.granted_at),
          expiresAt: String(row.expires_at),
        };
        return isSealed('consent', sealedText(consent), row.seal) ? [{ id: Number(row.id), consent }] : [];
      });
  }
}

function sealedText(consent: Consent): string {
  return JSON.stringify([consent.planDigest, consent.channel, consent.grantedAt, consent.expiresAt]);
}
