import type { Plan } from '../core/plan.ts';
import type { Rehearsal } from '../core/rehearsal.ts';
import type { ConsentStore } from '../state/consent-store.ts';
import { requirementsOf, type TighterPolicy } from './policy.ts';

declare const approvalBrand: unique symbol;
/**
 * The gate's single-use proof that one plan may run. Nothing outside this file can make one: only the type is exported, the
 * brand is private, and what counts is not the object but its entry in the table below, which a copy does not have (P2).
 */
export interface Approval {
  readonly [approvalBrand]: true;
}

export type Verdict =
  | { readonly kind: 'approved'; readonly approval: Approval }
  | { readonly kind: 'needs-consent'; readonly reason: string }
  | { readonly kind: 'needs-rehearsal'; readonly reason: string }
  | { readonly kind: 'forbidden'; readonly reason: string };

/** What a verdict rests on besides the plan. */
export interface Grounds {
  readonly consents: Pick<ConsentStore, 'spend'>;
  readonly rehearsal: Rehearsal | undefined;
  readonly policy: TighterPolicy;
  readonly now: Date;
}

const approved = new WeakMap<Approval, Plan>();

/** The chokepoint: every plan that writes comes through here. Where consent is due it is spent here, whatever follows. */
export function review(plan: Plan, grounds: Grounds): Verdict {
  const rehearsal = grounds.rehearsal?.planDigest === plan.digest ? grounds.rehearsal : undefined;
  const needs = requirementsOf(plan, rehearsal, grounds.policy);
  if (needs.forbidden !== undefined) return { kind: 'forbidden', reason: needs.forbidden };
  if (needs.rehearsal !== undefined) return { kind: 'needs-rehearsal', reason: needs.rehearsal };
  if (needs.consent !== undefined && !grounds.consents.spend(plan.digest, grounds.now))
    return { kind: 'needs-consent', reason: needs.consent };
  return { kind: 'approved', approval: approve(plan) };
}

/** Gives up the plan inside an approval, once. Called by execute/ alone. */
export function redeem(approval: Approval): Plan {
  const plan = approved.get(approval);
  if (!plan) throw new TypeError('not an approval of the gate, or one that was redeemed before');
  approved.delete(approval);
  return plan;
}

function approve(plan: Plan): Approval {
  const approval = Object.freeze(Object.create(null)) as Approval;
  approved.set(approval, plan);
  return approval;
}
