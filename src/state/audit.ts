import { type Digest, digestOf } from '../core/digest.ts';
import type { StateDatabase } from '../io/state-database.ts';
import { readUserNote, writeUserNote } from '../io/user-folder.ts';
import { isSealed, sealOf } from './seal.ts';

export type AuditEvent =
  | 'plan.made'
  | 'consent.given'
  | 'consent.refused'
  | 'run.started'
  | 'run.step'
  | 'run.finished'
  | 'backup.taken'
  | 'backup.verified'
  | 'rehearsal.done'
  | 'files.written';

export interface AuditEntry {
  readonly position: number;
  readonly at: string;
  readonly event: string;
  readonly data: unknown;
}

const FIRST: Digest = digestOf('lockkeeper audit trail');

/**
 * What was done, each entry bound to the one before by its hash, so that none can be changed or taken out unseen. The head is
 * noted and sealed in the user's folder, so that cutting off the end, or writing a whole new trail, is seen too.
 */
export class AuditTrail {
  readonly #database: StateDatabase;
  readonly #note: string;

  constructor(database: StateDatabase, workspaceId: string) {
    this.#database = database;
    this.#note = `audit-${workspaceId}`;
  }

  /** `seal: false` leaves the head where it is, for the many entries of a run that is sealed when it ends. */
  append(event: AuditEvent, data: unknown, { seal = true }: { readonly seal?: boolean } = {}): void {
    const at = new Date().toISOString();
    const json = JSON.stringify(data);
    const head = this.#database.transaction(() => {
      const [last] = this.#database.all('SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1');
      const position = Number(last?.position ?? 0) + 1;
      const previous = String(last?.hash ?? FIRST);
      const hash = hashOf({ position, at, event, json, previous });
      this.#database.run('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)', position, at, event, json, previous, hash);
      return { position, hash };
    });
    if (seal) this.#sealHead(head);
  }

  entries(limit = 200): readonly AuditEntry[] {
    const rows = this.#database.all(
      'SELECT position, at, event, data FROM audit ORDER BY position DESC LIMIT ?',
      limit,
    );
    return rows
      .map((row) => ({
        position: Number(row.position),
        at: String(row.at),
        event: String(row.event),
        data: JSON.parse(String(row.data)) as unknown,
      }))
      .reverse();
  }

  /** Undefined where the trail is whole; otherwise what is wrong with it and where. */
  verify(): { readonly entries: number; readonly broken?: string } {
    const rows = this.#database.all('SELECT * FROM audit ORDER BY position');
    let previous: string = FIRST;
    for (const [index, row] of rows.entries()) {
      const entry = {
        position: Number(row.position),
        at: String(row.at),
        event: String(row.event),
        json: String(row.data),
        previous,
      };
      if (entry.position !== index + 1) return { entries: rows.length, broken: `entry ${index + 1} is missing` };
      if (row.previous !== previous || row.hash !== hashOf(entry))
        return { entries: rows.length, broken: `entry ${entry.position} was changed after it was written` };
      previous = String(row.hash);
    }
    return { entries: rows.length, ...this.#checkHead(rows.length) };
  }

  #checkHead(entries: number): { broken?: string } {
    const note = readUserNote(this.#note);
    if (note === undefined) return entries === 0 ? {} : { broken: 'the sealed head in the user folder is gone' };
    const [position = '', hash = '', seal = ''] = note.trim().split(' ');
    if (!isSealed(this.#note, `${position} ${hash}`, seal))
      return { broken: 'the head in the user folder carries a false seal' };
    const [row] = this.#database.all('SELECT hash FROM audit WHERE position = ?', Number(position));
    // A process that died between the two writes leaves the note one entry behind, which proves as much of the trail.
    if (row?.hash !== hash) return { broken: `the trail once reached entry ${position}, which is gone or another now` };
    return {};
  }

  #sealHead({ position, hash }: { position: number; hash: string }): void {
    writeUserNote(this.#note, `${position} ${hash} ${sealOf(this.#note, `${position} ${hash}`)}\n`);
  }
}

function hashOf(entry: { position: number; at: string; event: string; json: string; previous: string }): Digest {
  return digestOf(JSON.stringify([entry.position, entry.at, entry.event, entry.json, entry.previous]));
}
