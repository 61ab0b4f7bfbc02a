import type { Digest } from '../core/digest.ts';
import type { Rehearsal } from '../core/rehearsal.ts';
import type { StateDatabase } from '../io/state-database.ts';
import { isSealed, sealOf } from './seal.ts';

/** Rehearsals, each evidence for one plan digest only, and sealed: forged evidence would open the gate. */
export class RehearsalStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  put(rehearsal: Rehearsal): void {
    const text = JSON.stringify(rehearsal);
    this.#database.run(
      'INSERT INTO rehearsals (plan_digest, at, rehearsal, seal) VALUES (?, ?, ?, ?)',
      rehearsal.planDigest,
      rehearsal.at,
      text,
      sealOf('rehearsal', text),
    );
  }

  latest(planDigest: Digest): Rehearsal | undefined {
    const [row] = this.#database.all(
      'SELECT rehearsal, seal FROM rehearsals WHERE plan_digest = ? ORDER BY id DESC LIMIT 1',
      planDigest,
    );
    if (!row || !isSealed('rehearsal', String(row.rehearsal), row.seal)) return undefined;
    return JSON.parse(String(row.rehearsal)) as Rehearsal;
  }
}
