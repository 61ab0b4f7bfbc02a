import type { BackupSummary, StepReport } from '../../../core/report.ts';
import type { Answer } from '../../../mcp/define-tool.ts';
import { bytes, count, duration } from '../../render/text.ts';
import { agreeAndRun, showRefusal } from '../agree.ts';
import type { Teller } from '../check.ts';
import { FAILING } from '../migrations.ts';
import { ENVIRONMENT, type Stage, same, sameRows } from '../stage.ts';

/** Asks, backs up, proves the backup, migrates, looks again. Gives back the id of the backup. */
export async function migrate(stage: Stage, teller: Teller, planId: string): Promise<string> {
  teller.section('5  Ask');
  await showRefusal(stage, teller, 'runMigrations', planId);

  teller.section('6  Back up, migrate, verify');
  const before = await stage.snapshot();
  const answer = await agreeAndRun(stage, teller, 'runMigrations', planId);
  showSteps(answer, teller);
  const backup = answer.backup as BackupSummary | undefined;
  const rows = before.fingerprint.tables.reduce((sum, table) => sum + table.rows, 0);
  teller.check(
    `The backup (${bytes(backup?.bytes ?? 0)}) was restored elsewhere and compared: all ${count(backup?.rows ?? 0, 'row')}.`,
    backup?.verified === 'restored' && backup.rows === rows,
  );
  const verified = answer.verified as { schema?: boolean; history?: boolean } | undefined;
  teller.check(
    'Migrated; schema and history are what the plan said.',
    answer.outcome === 'done' && verified?.schema === true && verified.history === true,
  );
  const after = await stage.snapshot();
  teller.check(
    'No row of products, order_items and payments was touched.',
    sameRows(before, after, ['products', 'order_items', 'payments']),
  );
  const again = await stage.tool('runMigrations', { planId });
  teller.check(
    'The approval was for once: the same plan does not run again.',
    again.outcome === 'refused' && again.error?.code === 'PLAN.SPENT',
  );
  return backup?.id ?? '';
}

/** A harmless-looking migration that the data does not allow. */
export async function failHalfWay(stage: Stage, teller: Teller): Promise<void> {
  teller.section(`7  A migration that fails half-way: ${FAILING}`);
  const before = await stage.snapshot();
  const planned = await stage.tool('planOperation', { operation: 'run', environment: ENVIRONMENT });
  teller.say('It adds a column, then a product whose number is taken. On the laptop it worked.');
  const answer = await agreeAndRun(stage, teller, 'runMigrations', String(planned.planId));
  showSteps(answer, teller);
  const steps = (answer.steps ?? []) as readonly StepReport[];
  teller.check(
    'It failed, and the report says so.',
    answer.outcome === 'failed' &&
      steps.some((step) => step.status === 'failed') &&
      answer.error?.code === 'DATABASE.STATEMENT_FAILED',
  );
  teller.check(
    'Its first statement was taken back with it: every row and the schema are as before.',
    same(before, await stage.snapshot()),
  );
  const status = await stage.tool('migrationStatus', { environment: ENVIRONMENT });
  const pending = (status.pending ?? []) as readonly { id: string }[];
  teller.check(
    'The history does not claim it: it is still pending.',
    pending.some((one) => one.id === FAILING),
  );
}

export function showSteps(answer: Answer, teller: Teller): void {
  for (const step of (answer.steps ?? []) as readonly StepReport[])
    teller.say(`${step.status.padEnd(8)} ${duration(step.ms).padStart(7)}  ${step.title}`);
}
