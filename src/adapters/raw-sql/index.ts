import { LockkeeperError } from '../../core/errors.ts';
import type { Context, MigrationTool, OperationRequest } from '../../core/migration-tool.ts';
import type { Draft } from '../../core/plan.ts';
import { detect } from './detect.ts';
import { facts } from './facts.ts';
import { newMigration } from './new-migration.ts';
import { planBaseline, planRecover, planRollback, planRun } from './plan-run.ts';
import { planSeed } from './plan-seed.ts';
import { planSetup } from './plan-setup.ts';
import { readStatus } from './status.ts';

/** Plain SQL files, for projects that have no migration tool: lockkeeper itself keeps the history. */
export const rawSql: MigrationTool = {
  ...facts,
  detect,
  status: readStatus,
  plan,
  newMigration,
};

async function plan(request: OperationRequest, context: Context): Promise<readonly Draft[]> {
  switch (request.operation) {
    case 'run':
      return planRun(request, context);
    case 'rollback':
      return planRollback(request, context);
    case 'baseline':
      return planBaseline(request, context);
    case 'recover':
      return planRecover(request, context);
    case 'seed':
      return planSeed(request, context);
    case 'setup':
      return planSetup(request, context);
    case 'merge':
      // Files in one numbered folder have one order; there are no heads to merge.
      return [];
    case 'zero-downtime':
      throw new LockkeeperError(
        'TOOL.NOT_DRIVEN',
        'A change without downtime takes several deploys, so it is not one plan. Generate its first half, run that, and follow the deploys that the answer names. Nothing was run.',
        {
          next: [
            {
              kind: 'call-tool',
              label: 'Generate the half that old code survives',
              tool: 'generateMigration',
              args: { project: context.project.id, from: 'change', ...(request.change && { change: request.change }) },
            },
          ],
        },
      );
    default:
      throw new LockkeeperError(
        'TOOL.NOT_DRIVEN',
        `Raw SQL projects have no ${request.operation} plan. Nothing was run.`,
      );
  }
}
