import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerTool } from '../../src/mcp/define-tool.ts';
import type { Call } from '../../src/pipeline.ts';
import { openState, type State } from '../../src/state/open-state.ts';
import { type Shop, shopWith } from './lockkeeper.ts';

let shop: Shop;
let call: Call;
beforeAll(() => {
  shop = shopWith();
  process.env.XDG_CONFIG_HOME = join(shop.environment.XDG_CONFIG_HOME ?? '');
  let opened: Promise<State> | undefined;
  call = {
    root: shop.root,
    signal: new AbortController().signal,
    progress: () => {},
    state: () => {
      opened ??= openState(shop.root);
      return opened;
    },
  };
});

describe('--json is the structured answer of the tool', () => {
  it.each([
    [['detect'], 'detectTool', {}],
    [['status'], 'migrationStatus', {}],
    [['status', '-e', 'production'], 'migrationStatus', { environment: 'production' }],
    [['status', '-e', 'nowhere'], 'migrationStatus', { environment: 'nowhere' }],
    [['lint'], 'analyzeMigration', {}],
    [['lint', 'migrations/002_name.sql'], 'analyzeMigration', { files: ['migrations/002_name.sql'] }],
    [['backup', 'list'], 'backup', { action: 'list' }],
    [['diff', 'development', 'production'], 'diffSchemas', { from: 'development', to: 'production' }],
    [['plan', '--request', 'migrate production safely'], 'planOperation', { request: 'migrate production safely' }],
  ] as const)('%s', async (args, tool, input) => {
    const fromTool = JSON.parse(
      JSON.stringify(await answerTool(tool, { ...input, ...(tool !== 'backup' && { detail: 'full' }) }, call)),
    );
    expect(shop.json(args)).toEqual(fromTool);
  });

  it('plans differ by their id alone', async () => {
    const fromTool = await answerTool('planOperation', { operation: 'run', detail: 'full' }, call);
    const printed = shop.json(['plan', 'run']);
    expect(Object.keys(printed).sort()).toEqual(Object.keys(JSON.parse(JSON.stringify(fromTool))).sort());
    expect(printed.digest).toBe(fromTool.digest);
  });

  it('errors and approvals are JSON too, with the same exit code', () => {
    const refused = shop.run(['run', '-e', 'production', '--json']);
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ outcome: 'needs-approval' });
    const failed = shop.run(['review', 'plan_nothing', '--json']);
    expect(failed.code).not.toBe(0);
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'PLAN.UNKNOWN' } });
  });
});
