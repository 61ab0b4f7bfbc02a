import { describe, expect, it } from 'vitest';
import { CLIENTS, connect, filesOf, shop } from './session.ts';

describe.each(CLIENTS)('with %s', (kind) => {
  it('walks from detection to rollback', async () => {
    const place = shop();
    const session = await connect(kind, place);
    const detected = await session.call('detectTool');
    expect(detected.answer.projects[0]).toMatchObject({
      id: 'raw-sql',
      tool: 'raw-sql',
      engine: 'sqlite',
      migrationsDir: 'migrations',
      history: { count: 1 },
    });
    expect(detected.answer.projects[0].environments).toContainEqual(
      expect.objectContaining({ name: 'production', protected: true }),
    );
    const before = await session.call('migrationStatus');
    expect(before.answer).toMatchObject({
      outcome: 'done',
      applied: [],
      pending: [{ id: '20260101000000_add_phone' }],
      problems: [],
      database: { engine: 'sqlite', name: 'shop.db' },
    });
    expect(filesOf(place.root), 'looking leaves no trace').not.toContain('.lockkeeper');
    const planned = await session.call('planOperation', { operation: 'run' });
    expect(planned.answer).toMatchObject({
      outcome: 'done',
      environment: 'development',
      approval: { required: false },
      rehearsal: { required: false, done: false },
    });
    expect(planned.answer.next[0]).toMatchObject({ tool: 'runMigrations', args: { planId: planned.answer.planId } });
    const rehearsed = await session.call('rehearse', { planId: planned.answer.planId });
    expect(rehearsed.answer).toMatchObject({ outcome: 'done', source: 'copy', roundTrip: 'identical' });
    const ran = await session.call('runMigrations', { planId: planned.answer.planId });
    expect(ran.answer).toMatchObject({ outcome: 'done', verified: { schema: true, history: true } });
    expect(place.sql('SELECT count(phone) AS n FROM customers')).toEqual([{ n: 0 }]);
    expect((await session.call('migrationStatus')).answer.pending).toEqual([]);
    expect((await session.call('runMigrations', { planId: planned.answer.planId })).answer).toMatchObject({
      outcome: 'refused',
      error: { code: 'PLAN.SPENT' },
    });
    const back = await session.call('planOperation', { operation: 'rollback', steps: 1 });
    expect(back.answer.backup).toMatchObject({ planned: true });
    const rolled = await session.call('rollback', { planId: back.answer.planId });
    expect(rolled.answer).toMatchObject({ outcome: 'done', backup: { verified: 'restored' } });
    expect(() => place.sql('SELECT phone FROM customers')).toThrow(/no such column/);
  });

  it('asks the person, and runs when they type the name of the database', async () => {
    const place = shop();
    const session = await connect(kind, place, () => ({ action: 'accept', content: { databaseName: 'live.db' } }));
    const planned = await session.call('planOperation', { operation: 'run', environment: 'production' });
    expect(planned.answer).toMatchObject({ approval: { required: true, channels: ['elicitation', 'terminal'] } });
    const ran = await session.call('runMigrations', { planId: planned.answer.planId });
    expect(ran.answer).toMatchObject({ outcome: 'done', backup: { verified: 'restored' } });
    expect(session.questions).toHaveLength(1);
    for (const word of ['production', 'live.db', 'Risk: ', 'lost: ', 'Backup: ', 'Rehearsal: not done'])
      expect(session.questions[0]).toContain(word);
    expect(place.sql('SELECT count(phone) AS n FROM customers', 'live.db')).toEqual([{ n: 0 }]);
  });

  it.each([
    ['a decline', { action: 'decline' }],
    ['a cancel', { action: 'cancel' }],
    ['another text', { action: 'accept', content: { databaseName: 'yes' } }],
    ['an empty form', { action: 'accept', content: {} }],
  ] as const)('takes %s for a no, and asks about that plan no more', async (_name, said) => {
    const place = shop();
    const session = await connect(kind, place, () => said);
    const { answer: plan } = await session.call('planOperation', { operation: 'run', environment: 'production' });
    for (const _again of [1, 2]) {
      const refused = await session.call('runMigrations', { planId: plan.planId });
      expect(refused).toMatchObject({
        isError: true,
        answer: { outcome: 'refused', error: { code: 'GATE.DECLINED' } },
      });
      expect(JSON.stringify(refused)).toContain(`lockkeeper approve ${plan.planId}`);
      expect(JSON.stringify(refused)).not.toContain('live.db');
    }
    expect(session.questions).toHaveLength(1);
    expect(() => place.sql('SELECT phone FROM customers', 'live.db')).toThrow(/no such column/);
  });

  it('sends no question to a client that cannot show one', async () => {
    const place = shop();
    const session = await connect(kind, place);
    const { answer: plan } = await session.call('planOperation', { operation: 'run', environment: 'production' });
    expect(plan.approval.channels).toEqual(['terminal']);
    const waiting = await session.call('runMigrations', { planId: plan.planId });
    expect(waiting).toMatchObject({
      isError: false,
      answer: { outcome: 'needs-approval', approval: { required: true } },
    });
    expect(waiting.answer.next[0]).toMatchObject({
      kind: 'run-command',
      label: expect.stringContaining(`lockkeeper approve ${plan.planId}`),
    });
    expect(JSON.stringify(waiting)).not.toContain('live.db');
    expect(JSON.stringify(waiting)).not.toMatch(/--\w|LOCKKEEPER_|confirm/);
  });

  it('tells a plan of another kind which tool runs it', async () => {
    const session = await connect(kind, shop());
    const { answer: plan } = await session.call('planOperation', { operation: 'run' });
    const refused = await session.call('seed', { planId: plan.planId });
    expect(refused).toMatchObject({
      isError: true,
      answer: {
        outcome: 'refused',
        error: { code: 'PLAN.WRONG_TOOL' },
        next: [{ tool: 'runMigrations', args: { planId: plan.planId } }],
      },
    });
  });

  it('names the field of an invalid argument', async () => {
    const session = await connect(kind, shop());
    expect(await session.call('planOperation', { operation: 'reset' })).toMatchObject({
      isError: true,
      answer: { error: { code: 'INPUT.INVALID', message: expect.stringContaining('"operation"') } },
    });
    expect(await session.call('runMigrations', { planId: 'plan_x', confirm: true })).toMatchObject({
      isError: true,
      answer: { error: { message: expect.stringContaining('"confirm"') } },
    });
    expect(await session.call('backup', { action: 'create', tables: 'all' })).toMatchObject({
      isError: true,
      answer: { error: { message: expect.stringContaining('"tables"') } },
    });
  });

  it('reports progress', async () => {
    const session = await connect(kind, shop());
    const { answer: plan } = await session.call('planOperation', { operation: 'run' });
    const seen: string[] = [];
    await session.call(
      'runMigrations',
      { planId: plan.planId },
      { onprogress: ({ message }) => void seen.push(message ?? '') },
    );
    expect(seen).toContain('Apply 20260101000000_add_phone');
  });

  it('serves the prompt', async () => {
    const session = await connect(kind, shop());
    expect(await session.prompt('db-migrate', { action: 'down' })).toMatch(/Asked for: down/);
  });
});
