import type { Hazard } from '../../core/hazard.ts';
import type { Plan, Step } from '../../core/plan.ts';
import type { Rehearsal } from '../../core/rehearsal.ts';
import type { Requirements } from '../../gate/policy.ts';
import type { Colors } from '../screen.ts';
import { renderHazard, renderSql } from './hazards.ts';
import { renderRehearsal } from './rehearsal.ts';
import { paintRisk } from './severity.ts';
import { pairs } from './table.ts';
import { clean, count } from './text.ts';

export interface ShownPlan {
  readonly plan: Plan;
  readonly requirements: Requirements;
  readonly rehearsal: Rehearsal | undefined;
  /** Host and database, or the file; where it was looked up. */
  readonly place?: string;
}

/** The whole plan as a person reads it before they agree to it. */
export function renderPlan({ plan, requirements, rehearsal, place }: ShownPlan, colors: Colors): string {
  const { environment } = plan;
  const { database } = environment;
  const protectedWord = environment.protected ? colors.red('protected') : colors.green('not protected');
  const head = pairs(
    [
      ['Plan', `${colors.bold(clean(plan.id))}  ${plan.operation}, ${count(plan.steps.length, 'step')}`],
      [
        'Environment',
        `${colors.bold(clean(environment.name))} (${environment.kind}, ${protectedWord}) from ${clean(environment.urlSource)}`,
      ],
      ['Because', environment.evidence.map((one) => clean(one, 200)).join('; ')],
      ['Database', `${colors.bold(clean(database.name))}  ${database.engine} ${clean(database.version, 60)}`],
      ['Place', place === undefined ? undefined : clean(place)],
      ['Identity', colors.dim(database.fingerprint.slice(0, 23))],
      ['Risk', paintRisk(plan.risk, colors)(plan.risk)],
      ['Backup', backupLine(plan)],
      ['Expires', plan.expiresAt],
    ],
    colors,
  );
  const steps = plan.steps.map((step, index) => renderStep(step, index + 1, colors));
  const rehearsed = rehearsal ? ['', renderRehearsal(rehearsal, colors)] : [];
  return [
    head,
    '',
    ...steps,
    '',
    renderLosses(plan, colors),
    ...rehearsed,
    '',
    renderRequirements(requirements, colors),
  ].join('\n');
}

function backupLine(plan: Plan): string {
  const planned = plan.steps.some((step) => step.action.kind === 'backup');
  return planned ? 'taken first and proven by restoring it elsewhere' : 'none planned';
}

function renderStep(step: Step, number: number, colors: Colors): string {
  const lines = [`${colors.bold(`${number}. ${clean(step.title)}`)}  ${colors.dim(step.effect)}`];
  if (step.statements === 'unknown') lines.push('   What it sends cannot be read beforehand: it is a program.');
  else
    for (const [index, sql] of step.statements.entries()) {
      const at = step.locations?.[index];
      if (at) lines.push(`   ${colors.dim(`${clean(at.file, 300)}:${at.line}`)}`);
      lines.push(renderSql(sql, colors, '     '));
    }
  for (const hazard of step.hazards) lines.push(renderHazard(shown(hazard), colors, '   '));
  return lines.join('\n');
}

export function shown({ at, ...hazard }: Hazard) {
  return { ...hazard, file: at?.file, line: at?.line };
}

/** What would be gone afterwards, gathered from all steps. */
export function renderLosses(plan: Plan, colors: Colors): string {
  const losing = plan.steps
    .flatMap((step) => step.hazards)
    .filter((one) => one.kind === 'deletes-data' || one.kind === 'irreversible');
  if (losing.length === 0) return 'Nothing that could be seen beforehand would be lost.';
  return [colors.bold('What would be lost'), ...losing.map((one) => `  ${colors.red('–')} ${clean(one.message)}`)].join(
    '\n',
  );
}

export function renderRequirements(requirements: Requirements, colors: Colors): string {
  if (requirements.forbidden !== undefined) return `${colors.red('Refused:')} ${clean(requirements.forbidden)}`;
  const needs = [
    requirements.rehearsal === undefined
      ? []
      : [`${colors.yellow('Needs a rehearsal:')} ${clean(requirements.rehearsal)}`],
    requirements.consent === undefined ? [] : [`${colors.yellow('Needs a person:')} ${clean(requirements.consent)}`],
  ].flat();
  return needs.length === 0 ? 'Nobody needs to be asked.' : needs.join('\n');
}
