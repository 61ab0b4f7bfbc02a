import { join } from 'node:path';
import * as z from 'zod';
import type { BackupScope } from '../../core/action.ts';
import { LockkeeperError } from '../../core/errors.ts';
import { plain } from '../../core/untrusted.ts';
import type { Call } from '../../pipeline.ts';
import { type Answer, defineTool, failure } from '../define-tool.ts';
import { backupSummary, cursor, detail, environment, outputOf, project } from '../fields.ts';

const input = z.strictObject({
  action: z.enum(['create', 'verify', 'list']),
  project,
  environment,
  scope: z.enum(['full', 'schema', 'tables']).optional().describe('create; default full'),
  tables: z.array(z.string()).optional().describe('create with scope tables'),
  verify: z.boolean().optional().describe('create; default true: restored elsewhere and compared'),
  backupId: z.string().optional().describe('verify'),
  detail,
  cursor,
});
type Input = z.infer<typeof input>;

export const backup = defineTool({
  name: 'backup',
  title: 'Back up and prove it',
  description:
    'create: takes a backup and proves it by restoring it on a throwaway server and comparing every row. verify: proves an earlier one again. list: those of this workspace, newest first. ' +
    'Needs a database URL, not a migration project. Only a backup with verified "restored" is relied on. To put one back, plan a restore.',
  input,
  output: outputOf({ backup: backupSummary, backups: z.array(backupSummary) }),
  can: { writesFiles: true, writesDatabase: false, destroys: false, idempotent: false },
  async answer(asked, call): Promise<Answer> {
    if (asked.action === 'list') return list(asked, call);
    if (asked.action === 'verify') return verify(asked, call);
    return create(asked, call);
  },
});

async function create(asked: Input, call: Call): Promise<Answer> {
  const scope = scopeOf(asked);
  const [{ atTarget, backupFolder }, { readWorkspace }, { proveBackup, summaryOf, takeBackup }] = await Promise.all([
    import('../../pipeline.ts'),
    import('../../context/workspace-context.ts'),
    import('../../execute/back-up.ts'),
  ]);
  const workspace = await readWorkspace(call.root);
  return atTarget(call, workspace, asked, async ({ engine, environment, database }, bench): Promise<Answer> => {
    const state = await call.state();
    const site = { engine, environment, database, state, bench, folder: backupFolder(workspace, state) };
    const taken = await takeBackup(site, scope);
    if (asked.verify === false) return { outcome: 'done', backup: summaryOf(taken), next: [prove(taken.id)] };
    try {
      return { outcome: 'done', backup: summaryOf(await proveBackup(site, taken)), next: [] };
    } catch (error) {
      return { ...failure(error), backup: summaryOf(taken) };
    }
  });
}

async function verify({ backupId }: Input, call: Call): Promise<Answer> {
  if (backupId === undefined)
    throw new LockkeeperError('INPUT.INVALID', '"backupId" is needed to verify. Nothing was done.');
  const [{ atBench }, { readWorkspace }, { proveBackup, summaryOf }, { engineFor }] = await Promise.all([
    import('../../pipeline.ts'),
    import('../../context/workspace-context.ts'),
    import('../../execute/back-up.ts'),
    import('../../engines/index.ts'),
  ]);
  const state = await call.state();
  const manifest = state.backups.get(backupId);
  if (!manifest)
    throw new LockkeeperError('BACKUP.UNKNOWN', `There is no backup ${plain(backupId, 80)} in this workspace.`, {
      next: [{ kind: 'call-tool', label: 'See which there are', tool: 'backup', args: { action: 'list' } }],
    });
  const engine = await engineFor(manifest.database.engine);
  return atBench(call, await readWorkspace(call.root), async (bench): Promise<Answer> => {
    try {
      return { outcome: 'done', backup: summaryOf(await proveBackup({ engine, state, bench }, manifest)), next: [] };
    } catch (error) {
      return { ...failure(error), backup: summaryOf({ ...manifest, verified: 'unverified' }) };
    }
  });
}

async function list({ environment }: Input, call: Call): Promise<Answer> {
  const [{ workbenchFiles }, { summaryOf }] = await Promise.all([
    import('../../io/files.ts'),
    import('../../execute/back-up.ts'),
  ]);
  // Looking makes no records.
  const known = (await workbenchFiles.exists(join(call.root, '.lockkeeper', 'state.sqlite')))
    ? (await call.state()).backups.list()
    : [];
  const backups = known
    .filter((one) => environment === undefined || one.environment === environment)
    .map((one) => ({
      ...summaryOf(one),
      environment: one.environment,
      scope: one.scope.kind,
      method: one.method,
      ...(one.verifiedOn !== undefined && { verifiedOn: one.verifiedOn }),
    }));
  if (backups.length > 0) return { outcome: 'done', backups, next: [] };
  return {
    outcome: 'nothing-to-do',
    backups,
    next: [
      {
        kind: 'call-tool',
        label: 'Take one',
        tool: 'backup',
        args: { action: 'create', environment: environment ?? 'development' },
      },
    ],
  };
}

function scopeOf({ scope, tables }: Input): BackupScope {
  if (scope !== 'tables') return { kind: scope ?? 'full' };
  if (tables && tables.length > 0) return { kind: 'tables', tables };
  throw new LockkeeperError('INPUT.INVALID', '"tables" is needed with scope "tables". Nothing was done.');
}

function prove(backupId: string) {
  return {
    kind: 'call-tool',
    label: 'Prove it: until then it is only a file',
    tool: 'backup',
    args: { action: 'verify', backupId },
  } as const;
}
