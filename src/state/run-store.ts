import type { Outcome, StepReport, StepStatus } from '../core/report.ts';
import { isAlive, type ProcessId, thisProcess } from '../io/process-id.ts';
import type { StateDatabase } from '../io/state-database.ts';

export interface RunRecord {
  readonly id: string;
  readonly planId: string;
  readonly operation: string;
  readonly environment: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** `running`, or `interrupted` where the process that ran it is gone. */
  readonly outcome: Outcome | 'running' | 'interrupted';
  readonly backupId?: string;
  readonly steps: readonly StepReport[];
}

/** Runs, with a row per step written before the step and again after it, so that a process that dies leaves the truth behind. */
export class RunStore {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  begin(
    run: { id: string; planId: string; operation: string; environment: string; titles: readonly string[] },
    now: Date,
  ): void {
    this.#database.transaction(() => {
      this.#database.run(
        "INSERT INTO runs (id, plan_id, operation, environment, process, started_at, outcome) VALUES (?, ?, ?, ?, ?, ?, 'running')",
        run.id,
        run.planId,
        run.operation,
        run.environment,
        JSON.stringify(thisProcess()),
        now.toISOString(),
      );
      run.titles.forEach((title, position) => {
        this.#database.run(
          "INSERT INTO run_steps (run_id, position, title, status) VALUES (?, ?, ?, 'not-run')",
          run.id,
          position,
          title,
        );
      });
    });
  }

  /** Before a step the status is `in-doubt`: should this process die now, that is what is known. */
  step(runId: string, position: number, status: StepStatus, ms = 0, message?: string): void {
    this.#database.run(
      'UPDATE run_steps SET status = ?, ms = ?, message = ? WHERE run_id = ? AND position = ?',
      status,
      Math.round(ms),
      message ?? null,
      runId,
      position,
    );
  }

  /** Several records at once: all of them are written, or none. */
  together(work: () => void): void {
    this.#database.transaction(work);
  }

  backup(runId: string, backupId: string): void {
    this.#database.run('UPDATE runs SET backup_id = ? WHERE id = ?', backupId, runId);
  }

  finish(runId: string, outcome: Outcome, now: Date): void {
    this.#database.run('UPDATE runs SET outcome = ?, finished_at = ? WHERE id = ?', outcome, now.toISOString(), runId);
  }

  get(id: string): RunRecord | undefined {
    const [row] = this.#database.all('SELECT * FROM runs WHERE id = ?', id);
    return row && this.#record(row);
  }

  /** Newest first. */
  list(limit = 20): readonly RunRecord[] {
    return this.#database
      .all('SELECT * FROM runs ORDER BY started_at DESC LIMIT ?', limit)
      .map((row) => this.#record(row));
  }

  /** Runs whose process died before it could say how they ended. */
  interrupted(): readonly RunRecord[] {
    return this.#database
      .all("SELECT * FROM runs WHERE outcome = 'running' ORDER BY started_at")
      .map((row) => this.#record(row))
      .filter((run) => run.outcome === 'interrupted');
  }

  #record(row: Readonly<Record<string, string | number | null>>): RunRecord {
    const steps = this.#database
      .all('SELECT * FROM run_steps WHERE run_id = ? ORDER BY position', String(row.id))
      .map((step) => ({
        title: String(step.title),
        status: String(step.status) as StepStatus,
        ms: Number(step.ms),
        ...(step.message !== null && { message: String(step.message) }),
      }));
    const alive = row.outcome !== 'running' || isAlive(JSON.parse(String(row.process)) as ProcessId);
    return {
      id: String(row.id),
      planId: String(row.plan_id),
      operation: String(row.operation),
      environment: String(row.environment),
      startedAt: String(row.started_at),
      ...(row.finished_at !== null && { finishedAt: String(row.finished_at) }),
      outcome: alive ? (String(row.outcome) as RunRecord['outcome']) : 'interrupted',
      ...(row.backup_id !== null && { backupId: String(row.backup_id) }),
      steps,
    };
  }
}
