import { LockkeeperError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { giveConsent } from '../gate/consent.ts';
import { agentMarkers, hasControllingTerminal, isTerminal, readLineFromTerminal } from '../io/terminal.ts';
import type { Call } from '../pipeline.ts';
import type { State } from '../state/open-state.ts';
import type { Invocation } from './invocation.ts';

/** Why nobody can be asked here; undefined where a person sits at the terminal. Never says what would count as an answer (P3). */
export function whyNobodyCanBeAsked(): string | undefined {
  const agents = agentMarkers();
  if (agents.length > 0)
    return `This command runs for an agent (${agents.join(', ')} is set), and an agent cannot agree for a person.`;
  if (!isTerminal()) return 'This command does not run in a terminal: its input or its output goes elsewhere.';
  if (!hasControllingTerminal()) return 'No terminal belongs to this process, so no person can be asked.';
  return undefined;
}

/** How a person agrees, for those who cannot ask one. */
export function howToApprove(planId: string): string {
  return `A person approves it in a terminal of their own: lockkeeper approve ${planId}`;
}

/** Asks the person at the terminal and records the answer. Throws GATE.DECLINED where it was not the right one. */
export async function askForConsent({ call, progress }: Invocation, plan: Plan): Promise<void> {
  progress.pause();
  const typed = await readLineFromTerminal(
    'To approve exactly this plan, type the name of the database; anything else leaves everything as it is: ',
    call.signal,
  );
  progress.resume();
  await recordAnswer(call, plan, typed);
}

/** What was typed, weighed and written into the audit trail. */
export async function recordAnswer(call: Call, plan: Plan, typedName: string | undefined): Promise<void> {
  const state: State = await call.state();
  const about = { planId: plan.id, digest: plan.digest, channel: 'terminal' };
  try {
    giveConsent(plan, { typedName, channel: 'terminal' }, state.consents, new Date());
  } catch (error) {
    if (error instanceof LockkeeperError) state.audit.append('consent.refused', about);
    throw error;
  }
  state.audit.append('consent.given', about);
}
