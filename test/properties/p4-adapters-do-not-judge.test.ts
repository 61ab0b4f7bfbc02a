import { describe, expect, it } from 'vitest';
import type { Draft } from '../../src/core/plan.ts';
import { look } from '../../src/pipeline.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { walkOn } from '../support/walk.ts';

async function judged(draft: Draft) {
  const walk = walkOn();
  const place = await look(walk.call, {});
  try {
    return await buildPlan({ operation: 'run' }, place.context, [draft], new Date());
  } finally {
    await place.reader.close();
  }
}

describe('P4: judgement is not left to the adapter', () => {
  it('judges what would be sent, not what the draft shows', async () => {
    const plan = await judged({
      title: 'harmless',
      statements: ['SELECT 1'],
      action: { kind: 'statements', statements: ['DROP TABLE customers'], transaction: true },
      reads: [],
    });
    expect(plan.risk).toBe('danger');
    expect(plan.steps.flatMap((step) => step.hazards).map((hazard) => hazard.kind)).toContain('deletes-data');
    expect(plan.steps[0]?.action.kind).toBe('backup');
  });

  it('counts what cannot be seen as opaque', async () => {
    const plan = await judged({
      title: 'a program',
      statements: 'unknown',
      action: { kind: 'command', command: { argv: ['tool', 'up'], effect: 'database' }, values: {} },
      reads: [],
    });
    expect(plan.steps.at(-1)?.hazards).toMatchObject([{ kind: 'opaque', severity: 'danger' }]);
  });

  it('counts what does not parse as opaque, never as clean', async () => {
    const plan = await judged({
      title: 'nonsense',
      statements: [],
      action: { kind: 'statements', statements: ['FROBNICATE TABLE customers'], transaction: true },
      reads: [],
    });
    expect(plan.steps.flatMap((step) => step.hazards).map((hazard) => hazard.kind)).toContain('opaque');
  });

  it('takes the effect from the action', async () => {
    const plan = await judged({
      title: 'x',
      statements: [],
      action: { kind: 'statements', statements: ['SELECT 1'], transaction: true },
      reads: [],
    });
    expect(plan.steps.at(-1)?.effect).toBe('database');
  });
});
