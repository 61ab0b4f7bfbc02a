/** What must not compile. Checked by `tsc`: an expected error that does not come is itself an error. */
import type { Plan } from '../../src/core/plan.ts';
import { execute, type Site } from '../../src/execute/execute.ts';
import type { Approval } from '../../src/gate/gate.ts';
import * as gate from '../../src/gate/gate.ts';

declare const plan: Plan;
declare const site: Site;
declare const approval: Approval;

// execute takes no plan: what runs is inside the approval.
// @ts-expect-error a plan is no approval
execute(plan, site);
// @ts-expect-error nothing that looks like one is one
execute({}, site);
// @ts-expect-error the brand is private: it cannot be written down
const forged: Approval = { [Symbol('approval')]: true };
// @ts-expect-error there is no such export: an approval cannot be made
gate.approve(plan);
// @ts-expect-error nor taken from the table
gate.approved;
// @ts-expect-error a plan cannot be changed
plan.steps.push(plan.steps[0]);
// @ts-expect-error nor its parts
plan.environment.protected = false;

execute(approval, site);

export { forged };
