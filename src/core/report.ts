import type { Operation } from './ids.ts';

export type Outcome = 'done' | 'nothing-to-do' | 'needs-approval' | 'refused' | 'failed';

/** What to do next; an agent follows `call-tool`, a person the label. */
export interface NextAction {
  readonly kind: 'call-tool' | 'run-command' | 'edit-file' | 'ask-human' | 'read-docs';
  readonly label: string;
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** `in-doubt`: sent, outcome unknown. */
export type StepStatus = 'applied' | 'failed' | 'in-doubt' | 'not-run';

export interface StepReport {
  readonly title: string;
  readonly status: StepStatus;
  readonly ms: number;
  /** In our own words, or fenced as untrusted. */
  readonly message?: string;
}

export interface Problem {
  /** One of the codes in errors.ts. */
  readonly code: string;
  /** What happened, and what it means for the data. */
  readonly message: string;
}

export interface BackupSummary {
  readonly id: string;
  readonly location: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly engine: string;
  readonly takenAt: string;
  readonly tookMs: number;
  /** `restored`: put back elsewhere and compared equal. Only then is it a backup (P6). */
  readonly verified: 'restored' | 'read' | 'unverified';
  readonly tables: number;
  readonly rows: number;
}

/** How every operation ends (P7). */
export interface Report {
  readonly outcome: Outcome;
  readonly operation: Operation;
  readonly error?: Problem;
  readonly next: readonly NextAction[];
  readonly runId?: string;
  readonly steps: readonly StepReport[];
  readonly backup?: BackupSummary;
  readonly verified?: { readonly schema: boolean; readonly history: boolean };
}
