import type { Hazard } from '../core/hazard.ts';
import type { Plan, Step } from '../core/plan.ts';
import type { Rehearsal } from '../core/rehearsal.ts';
import { withHazards } from '../plan/freeze-plan.ts';

/** The same plan, judged with what the rehearsal saw: what was lost is counted, what was not lost is no danger. */
export function judgeAgain(plan: Plan, rehearsal: Rehearsal): Plan {
  const steps = plan.steps.map((step, position) => ({ ...step, hazards: rejudge(step, position, rehearsal) }));
  return withHazards(plan, steps);
}

function rejudge(step: Step, position: number, rehearsal: Rehearsal): readonly Hazard[] {
  const loss = rehearsal.losses.find((one) => one.step === position);
  const hazards = step.hazards
    .filter((hazard) => hazard.rule !== 'failed-in-rehearsal')
    .map((hazard) => (loss ? withLoss(hazard, loss, rehearsal) : hazard));
  const failure =
    rehearsal.succeeded || loss || step.action.kind !== 'statements'
      ? undefined
      : rehearsal.statements.find((one) => one.error !== undefined);
  if (!failure || !includes(step, failure.sql)) return hazards;
  return [
    ...hazards,
    {
      kind: 'fails-on-data',
      rule: 'failed-in-rehearsal',
      severity: 'danger',
      message: `This step failed when it ran on a ${rehearsal.source === 'schema' ? 'copy of the schema' : 'copy'}: ${failure.error ?? ''}`,
      evidence: 'rehearsal',
    },
  ];
}

function withLoss(hazard: Hazard, loss: { rows: number; values: number }, rehearsal: Rehearsal): Hazard {
  if (hazard.kind !== 'deletes-data') return hazard;
  // Without the real rows a rehearsal cannot have shown that nothing is lost.
  if (rehearsal.source !== 'copy' && rehearsal.source !== 'backup') return hazard;
  const message = hazard.message.replace(/ In the rehearsal .*$/, '');
  if (loss.rows === 0 && loss.values === 0)
    return {
      ...hazard,
      severity: 'info',
      message: `${message} In the rehearsal on a copy nothing was lost: there was nothing there.`,
      evidence: 'rehearsal',
    };
  const counted = [loss.rows > 0 && `${loss.rows} rows`, loss.values > 0 && `${loss.values} values`]
    .filter(Boolean)
    .join(' and ');
  return { ...hazard, message: `${message} In the rehearsal on a copy ${counted} were lost.`, evidence: 'rehearsal' };
}

function includes(step: Step, sql: string): boolean {
  return step.action.kind === 'statements' && step.action.statements.includes(sql);
}
