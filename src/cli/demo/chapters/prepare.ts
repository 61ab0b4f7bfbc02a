import type { Rehearsal } from '../../../core/rehearsal.ts';
import type { Answer } from '../../../mcp/define-tool.ts';
import { renderHazard, type ShownHazard } from '../../render/hazards.ts';
import { renderRehearsal } from '../../render/rehearsal.ts';
import { count } from '../../render/text.ts';
import type { Screen } from '../../screen.ts';
import type { Teller } from '../check.ts';
import { DANGEROUS, LAST_GOOD } from '../migrations.ts';
import { ENVIRONMENT, type Stage, same } from '../stage.ts';

interface PlannedStep {
  readonly title: string;
  readonly kind: string;
  readonly hazards: readonly (ShownHazard & { readonly kind: string })[];
}

/** Plans the next three migrations and shows what is wrong with them. Gives back the plan's id. */
export async function planThree(stage: Stage, teller: Teller, screen: Screen): Promise<string> {
  teller.section(`3  Plan: up to ${LAST_GOOD}`);
  const before = await stage.snapshot();
  const answer = await stage.tool('planOperation', {
    operation: 'run',
    to: LAST_GOOD,
    environment: ENVIRONMENT,
    detail: 'full',
  });
  const planId = String(answer.planId);
  const steps = (answer.steps ?? []) as readonly PlannedStep[];
  for (const [index, step] of steps.entries()) teller.say(`${index + 1}. ${step.title}`);
  const hazards = steps.flatMap((step) => step.hazards);
  for (const hazard of hazards) screen.out(renderHazard(hazard, screen.colors, '     '));
  teller.check(`The plan starts with a backup: ${steps.length} steps in all.`, steps[0]?.kind === 'backup');
  teller.check(
    `It is dangerous, and says where: a column with data goes in ${DANGEROUS}.sql.`,
    answer.risk === 'danger' &&
      hazards.some(
        (one) => one.kind === 'deletes-data' && one.file?.includes(DANGEROUS) === true && (one.line ?? 0) > 0,
      ),
  );
  if (stage.engine === 'postgres')
    teller.check(
      'It says that the index would stop everyone from writing, and the safer way.',
      hazards.some(
        (one) => one.kind === 'blocks-writes' && one.saferWay?.some((sql) => /concurrently/i.test(sql)) === true,
      ),
    );
  const refused = await stage.tool('runMigrations', { planId });
  teller.check(
    'Run as it is? Refused: a dangerous plan is rehearsed first.',
    refused.outcome === 'refused' && refused.error?.code === 'GATE.REHEARSAL_NEEDED',
  );
  teller.check('Planning and being refused wrote nothing.', same(before, await stage.snapshot()));
  return planId;
}

/** Runs the plan on a copy, and holds what it reports against the database itself. */
export async function rehearsePlan(stage: Stage, teller: Teller, screen: Screen, planId: string): Promise<void> {
  teller.section('4  Rehearse it on a copy');
  const before = await stage.snapshot();
  const [row] = await stage.query('SELECT count(fax) AS n FROM customers');
  const faxes = Number(row?.n);
  const answer = await stage.tool('rehearse', { planId, detail: 'full' });
  const rehearsal = answer as Answer & Rehearsal;
  if (answer.outcome === 'done')
    screen.out(
      renderRehearsal(rehearsal, screen.colors)
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n'),
    );
  teller.check(
    `It ran through on a copy of all rows (${rehearsal.server?.kind ?? rehearsal.server?.engine} ${rehearsal.server?.version}).`,
    answer.outcome === 'done' && rehearsal.source === 'copy',
  );
  const lost = (rehearsal.dataEffects ?? []).find((effect) => effect.column === 'fax');
  teller.check(
    `It counted what would be lost: ${count(lost?.valuesLost ?? 0, 'fax number')}, exactly those in the database.`,
    faxes > 1_000 && lost?.valuesLost === faxes,
  );
  teller.check(
    'It tried the way back, and says that the fax numbers do not come back by it.',
    rehearsal.roundTrip === 'data-lost',
  );
  teller.check('The database itself was only read.', same(before, await stage.snapshot()));
}
