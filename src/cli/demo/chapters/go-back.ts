import { agreeAndRun } from '../agree.ts';
import type { Teller } from '../check.ts';
import { LAST_GOOD } from '../migrations.ts';
import { ROWS } from '../shop-data.ts';
import { ENVIRONMENT, type Snapshot, type Stage, same, sameRows } from '../stage.ts';
import { showSteps } from './migrate.ts';

/** Takes the last migration back by its down half. */
export async function rollBack(stage: Stage, teller: Teller): Promise<void> {
  teller.section(`8  Roll back ${LAST_GOOD}`);
  const before = await stage.snapshot();
  const planned = await stage.tool('planOperation', { operation: 'rollback', steps: 1, environment: ENVIRONMENT });
  const planId = String(planned.planId);
  const answer = await agreeAndRun(stage, teller, 'rollback', planId);
  showSteps(answer, teller);
  const after = await stage.snapshot();
  const gone = before.fingerprint.objects - after.fingerprint.objects === 1 && before.schema !== after.schema;
  teller.check(
    'Its index is gone, and nothing else.',
    answer.outcome === 'done' && gone && sameRows(before, after, Object.keys(ROWS)),
  );
  const status = await stage.tool('migrationStatus', { environment: ENVIRONMENT });
  const pending = (status.pending ?? []) as readonly { id: string }[];
  teller.check('The history knows: it is pending again.', pending[0]?.id === LAST_GOOD);
}

/** Somebody did need the fax numbers: puts the backup back and compares with the very beginning. */
export async function restoreBackup(stage: Stage, teller: Teller, backupId: string, start: Snapshot): Promise<void> {
  teller.section('9  The fax numbers were needed after all: restore');
  const planned = await stage.tool('planOperation', { operation: 'restore', backupId, environment: ENVIRONMENT });
  const answer = await agreeAndRun(stage, teller, 'rollback', String(planned.planId));
  showSteps(answer, teller);
  teller.check('The backup was put back in one transaction.', answer.outcome === 'done');
  const end = await stage.snapshot();
  const rows = end.fingerprint.tables.reduce((sum, table) => sum + table.rows, 0);
  teller.check(
    `All ${rows.toLocaleString('en-US')} rows and the schema are what they were at the very beginning.`,
    same(start, end),
  );

  teller.section('10  What the records say');
  const { audit } = await stage.call.state();
  const { entries, broken } = audit.verify();
  const events = audit.entries(500).map((entry) => entry.event);
  const counted = (event: string): number => events.filter((one) => one === event).length;
  teller.check(
    `${entries} entries, each bound to the one before: ${counted('plan.made')} plans, ${counted('consent.given')} answers that agreed, ${counted('consent.refused')} that did not, ${counted('run.started')} runs.`,
    broken === undefined &&
      entries === events.length &&
      counted('consent.given') === 4 &&
      counted('consent.refused') === 1 &&
      counted('run.started') === 4,
  );
}
