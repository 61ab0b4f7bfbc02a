import type { Plan } from '../core/plan.ts';
import type { Rehearsal } from '../core/rehearsal.ts';
import { plain } from '../core/untrusted.ts';
import type { ConsentChannel } from '../state/consent-store.ts';

/** What a person is asked before a plan runs. */
export interface Question {
  readonly planId: string;
  readonly planDigest: string;
  readonly message: string;
}

export type PersonAnswer =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'declined' }
  | { readonly kind: 'cannot-ask' };

/** The human behind a connection or a terminal. */
export interface Person {
  /** How the answer comes; a terminal where nothing is said. */
  readonly channel?: ConsentChannel;
  /** False where it is known beforehand that nobody can be asked. */
  readonly reachable?: boolean;
  ask(question: Question): Promise<PersonAnswer>;
  /** What was typed did not approve the plan: it is not asked about again. */
  refused?(question: Question): void;
}

/** Thrown up to the server: the question goes out now, and the tool is called again with the answer. */
export class AnswerAwaited extends Error {
  readonly question: Question;

  constructor(question: Question) {
    super('a person is being asked');
    this.name = 'AnswerAwaited';
    this.question = question;
  }
}

/** Names environment, database, risk, what would be lost, the backup and the rehearsal; goes to a person, never to the model. */
export function questionFor(plan: Plan, rehearsal: Rehearsal | undefined, backupId?: string): Question {
  const { environment } = plan;
  const lines = [
    `lockkeeper: ${plan.operation} on ${plain(environment.name, 60)} (${plain(environment.urlSource, 80)}).`,
    `Database: ${plain(environment.database.name)} (${environment.database.engine} ${plain(environment.database.version, 40)}).`,
    `Steps: ${plan.steps.map((step) => plain(step.title, 80)).join(' · ')}`,
    `Risk: ${plan.risk}.`,
    `Would be lost: ${losses(plan)}`,
    `Backup: ${backup(plan, backupId)}`,
    `Rehearsal: ${rehearsed(rehearsal)}`,
    'To let it run, type the name of the database. Anything else refuses.',
  ];
  return { planId: plan.id, planDigest: plan.digest, message: lines.join('\n') };
}

function losses(plan: Plan): string {
  const hazards = plan.steps
    .flatMap((step) => step.hazards)
    .filter((hazard) => hazard.kind === 'deletes-data' || hazard.kind === 'irreversible');
  if (hazards.length === 0) return 'nothing that could be seen beforehand.';
  const shown = hazards.slice(0, 5).map((hazard) => plain(hazard.message, 240));
  const rest = hazards.length - shown.length;
  return `${shown.join(' ')}${rest > 0 ? ` And ${rest} more.` : ''}`;
}

function backup(plan: Plan, backupId: string | undefined): string {
  if (backupId !== undefined) return `${plain(backupId)} is put back.`;
  return plan.steps.some((step) => step.action.kind === 'backup')
    ? 'taken first and proven by restoring it elsewhere; the run stops if that fails.'
    : 'none is taken.';
}

function rehearsed(rehearsal: Rehearsal | undefined): string {
  if (!rehearsal) return 'not done.';
  const end = rehearsal.succeeded ? 'ran through' : 'FAILED';
  return `${end} on a ${rehearsal.source} (${rehearsal.server.engine} ${plain(rehearsal.server.version, 40)}), way back: ${rehearsal.roundTrip}.`;
}
