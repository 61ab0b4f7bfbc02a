import { askForConsent, whyNobodyCanBeAsked } from './consent.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { ask, finish, type Invocation, selectionOf } from './invocation.ts';
import { renderReport } from './render/report.ts';
import { placeNow, planText, type Standing, standingOf } from './standing.ts';

/** A command that ends in the database: what it plans, and which tool runs the plan. */
export interface Walk {
  readonly tool: 'runMigrations' | 'rollback' | 'seed';
  /** A plan that was made before; otherwise `request` is planned now. */
  readonly planId: string | undefined;
  readonly request: Readonly<Record<string, unknown>>;
}

/** Plan → show → rehearse where that is due → ask the person where one is due → run → report. */
export async function walk(invocation: Invocation, wanted: Walk): Promise<ExitCode> {
  const { call } = invocation;
  let { planId } = wanted;
  if (planId === undefined) {
    const planned = await ask(invocation, 'planOperation', { ...selectionOf(invocation), ...wanted.request });
    if (planned.outcome !== 'done' || typeof planned.planId !== 'string') return finish(invocation, planned, nothing);
    planId = planned.planId;
  }
  let standing = await standingOf(call, planId);
  const { rehearsal, forbidden } = standing.requirements;
  if (rehearsal !== undefined && forbidden === undefined && standing.rehearsal === undefined) {
    const rehearsed = await ask(invocation, 'rehearse', { planId });
    if (exitCodeOf(rehearsed) !== EXIT.done) return finish(invocation, rehearsed, nothing);
    standing = await standingOf(call, planId);
  }
  await showAndAsk(invocation, standing);
  const answer = await ask(invocation, wanted.tool, { planId });
  return finish(invocation, answer, (given) => renderReport(given, invocation.screen.colors));
}

/** Whatever is missing afterwards, the gate says. */
async function showAndAsk(invocation: Invocation, standing: Standing): Promise<void> {
  const { call, screen, progress, json } = invocation;
  if (json) return;
  const { plan, requirements, agreed } = standing;
  const onlyConsentIsMissing =
    requirements.consent !== undefined &&
    !agreed &&
    requirements.forbidden === undefined &&
    requirements.rehearsal === undefined;
  const asking = onlyConsentIsMissing && whyNobodyCanBeAsked() === undefined;
  const place = asking ? { place: await placeNow(call, plan.id) } : {};
  progress.pause();
  screen.out(planText({ ...standing, ...place }, screen.colors));
  progress.resume();
  if (asking) await askForConsent(invocation, plan);
}

/** The error and the next actions say it all. */
function nothing(): undefined {
  return undefined;
}
