import type { Digest } from '../core/digest.ts';
import type { Rehearsal } from '../core/rehearsal.ts';
import type { StateDatabase } from '../io/state-database.ts';

/** Rehearsals, each evidence for one plan digest only. */
export class RehearsalStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  put(rehearsal: Rehearsal): void {
    this.#database.run(
      'INSERT INTO rehearsals (plan_digest, at, rehearsal) VALUES (?, ?, ?)',
      rehearsal.planDigest,
      rehearsal.at,
      JSON.stringify(rehearsal),
    );
  }

  latest(planDigest: Digest): Rehearsal | undefined {
    const [row] = this.#database.all(
      'SELECT rehearsal FROM rehearsals WHERE plan_digest = ? ORDER BY id DESC LIMIT 1',
      planDigest,
    );
    return row && (JSON.parse(String(row.rehearsal)) as Rehearsal);
  }
}
