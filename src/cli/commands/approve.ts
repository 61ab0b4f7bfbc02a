import { LockkeeperError } from '../../core/errors.ts';
import type { Declare } from '../act.ts';
import { askForConsent, whyNobodyCanBeAsked } from '../consent.ts';
import type { ExitCode } from '../exit-code.ts';
import { answerOf, finish, type Invocation } from '../invocation.ts';
import { placeNow, planText, standingOf } from '../standing.ts';

/** A person agrees to one plan. */
export const approve: Declare = (program, act) => {
  program
    .command('approve')
    .description('for a person, in a terminal: read a plan in full and agree to exactly it; runs nothing itself')
    .argument('<plan>', 'id of the plan')
    .action(act(approvePlan));
};

async function approvePlan(invocation: Invocation, planId: string): Promise<ExitCode> {
  const { call, screen, progress } = invocation;
  const why = whyNobodyCanBeAsked();
  if (why !== undefined)
    throw refused(`${why} Nothing was approved. A person runs this command in a terminal of their own.`);
  const standing = await standingOf(call, planId);
  const { plan, requirements, agreed } = standing;
  const place = await placeNow(call, planId);
  progress.pause();
  // With --json stdout holds the answer alone; the person reads beside it.
  if (invocation.json) screen.aside(planText({ ...standing, place }, screen.asideColors));
  else screen.out(planText({ ...standing, place }, screen.colors));
  if (requirements.forbidden !== undefined) throw refused(`${requirements.forbidden} Nobody can approve it.`);
  if (requirements.rehearsal !== undefined)
    throw new LockkeeperError(
      'GATE.REHEARSAL_NEEDED',
      `${requirements.rehearsal} Rehearse it first, so that what you agree to is known. Nothing was approved.`,
      {
        next: [{ kind: 'call-tool', label: 'Rehearse it', tool: 'rehearse', args: { planId } }],
      },
    );
  if (requirements.consent === undefined)
    return finish(invocation, answerOf('nothing-to-do', { planId }), () => 'This plan needs nobody to agree.');
  if (agreed)
    return finish(
      invocation,
      answerOf('nothing-to-do', { planId }),
      () => 'You have agreed to this plan already; it has not run yet.',
    );
  await askForConsent(invocation, plan);
  return finish(invocation, answerOf('done', { planId, approved: true }), () =>
    screen.colors.green(
      'Approved. Your assistant may now run exactly this plan, once, in the next 10 minutes. Nothing has run yet.',
    ),
  );
}

function refused(message: string): LockkeeperError {
  return new LockkeeperError('GATE.CONSENT_NEEDED', message);
}
