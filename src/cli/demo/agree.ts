import { LockkeeperError } from '../../core/errors.ts';
import type { Answer } from '../../mcp/define-tool.ts';
import { recordAnswer } from '../consent.ts';
import type { Teller } from './check.ts';
import { type Stage, same } from './stage.ts';

/** Brings a plan to its tool without anyone having agreed, and checks that nothing came of it. */
export async function showRefusal(stage: Stage, teller: Teller, tool: string, planId: string): Promise<void> {
  const before = await stage.snapshot();
  teller.say('The assistant tries to run it at once.');
  const answer = await stage.tool(tool, { planId });
  teller.check(
    'Refused: production needs a person, and nobody has agreed.',
    answer.outcome === 'needs-approval' && answer.runId === undefined,
  );
  teller.check(
    'The refusal does not say what would count as agreeing.',
    !JSON.stringify(answer).includes(`"${stage.databaseName}"`) && !JSON.stringify(answer).includes('shop.db'),
  );
  teller.say('Somebody types "yes".');
  const { plan } = (await stage.call.state()).plans.get(planId, new Date());
  const refused = await recordAnswer(stage.call, plan, 'yes').then(
    () => undefined,
    (error: unknown) => error,
  );
  teller.check(
    'Refused: a bare yes is no answer.',
    refused instanceof LockkeeperError && refused.code === 'GATE.DECLINED',
  );
  const again = await stage.tool(tool, { planId });
  teller.check(
    'Still refused, and not a byte was written.',
    again.outcome === 'needs-approval' && same(before, await stage.snapshot()),
  );
}

/** Plays the person's part, says so, and has the plan run by the tool that runs such plans. */
export async function agreeAndRun(stage: Stage, teller: Teller, tool: string, planId: string): Promise<Answer> {
  const { plan } = (await stage.call.state()).plans.get(planId, new Date());
  teller.say(
    `A person is asked to type the database's name. In the demo the answer is given for you: typing ${stage.databaseName}`,
  );
  await recordAnswer(stage.call, plan, stage.databaseName);
  return stage.tool(tool, { planId });
}
