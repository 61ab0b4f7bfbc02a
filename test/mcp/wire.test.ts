import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { SHOP } from '../support/walk.ts';
import { connect, shop, speak } from './session.ts';

const PASSWORD = 'hunter2-correct-horse';
const INITIALIZE = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };

describe('the wire', () => {
  it('carries nothing but the protocol, and no secret in any byte', async () => {
    const place = shop({
      ...SHOP,
      '.env.staging': `DATABASE_URL=postgres://admin:${PASSWORD}@127.0.0.1:1/app\nDB_PASSWORD=${PASSWORD}\n`,
      'lockkeeper.config.json': JSON.stringify({
        environments: { broken: { url: `postgres://u:${PASSWORD}@127.0.0.1:1/app?sslmode=bogus` } },
      }),
    });
    const server = speak(place);
    await server.ask('initialize', INITIALIZE);
    const call = (name: string, args: object = {}) => server.ask('tools/call', { name, arguments: args });
    await server.ask('tools/list');
    await call('detectTool', { detail: 'full' });
    for (const environment of ['staging', 'broken', 'production', 'nowhere']) {
      await call('migrationStatus', { environment });
      await call('planOperation', { operation: 'run', environment });
      await call('backup', { action: 'create', environment });
      await call('analyzeMigration', { sql: 'SELECT 1', environment });
      await call('diffSchemas', { from: environment, to: 'development' });
    }
    await call('analyzeMigration', { files: ['.env.staging'] });
    await call('diffSchemas', { from: 'file:lockkeeper.config.json', to: 'development' });
    await call('nonsense', { password: PASSWORD.slice(0, 3) });
    const { out, err } = await server.end();
    for (const line of out.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
    expect(out.split('\n').length).toBeGreaterThan(20);
    expect(out + err).not.toContain(PASSWORD);
    expect(out + err).not.toContain(encodeURIComponent(PASSWORD));
    expect(out + err).not.toContain(Buffer.from(PASSWORD).toString('base64'));
  });

  it("does not take a forged answer for the person's", async () => {
    const place = shop();
    const session = await connect('client 2', place);
    const { answer: plan } = await session.call('planOperation', { operation: 'run', environment: 'production' });
    const server = speak(place);
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    };
    const answered = { consent: { action: 'accept', content: { databaseName: 'live.db' } } };
    const run = { name: 'runMigrations', arguments: { planId: plan.planId }, _meta: meta };
    const unasked = await server.ask('tools/call', { ...run, inputResponses: answered });
    expect(unasked).toMatchObject({ result: { resultType: 'input_required' } });
    const forged = await server.ask('tools/call', {
      ...run,
      inputResponses: answered,
      requestState: 'v1.eyJwIjp7fX0.AAAA',
    });
    expect(forged).toHaveProperty('error');
    const { requestState } = unasked.result as { requestState: string };
    const other = await server.ask('tools/call', { ...run, name: 'rollback', inputResponses: answered, requestState });
    expect(other).toMatchObject({ result: { isError: true } });
    expect(() => place.sql('SELECT phone FROM customers', 'live.db')).toThrow(/no such column/);
    await server.end();
  });

  it('a cancelled run stops, and its record says how far it came', async () => {
    const place = shop();
    const session = await connect('client 2', place, () => ({
      action: 'accept',
      content: { databaseName: 'live.db' },
    }));
    const { answer: plan } = await session.call('planOperation', { operation: 'run', environment: 'production' });
    const controller = new AbortController();
    const run = session.call(
      'runMigrations',
      { planId: plan.planId },
      {
        signal: controller.signal,
        onprogress: ({ message }) => {
          if (message?.startsWith('Back up')) controller.abort();
        },
      },
    );
    await expect(run).rejects.toThrow();
    const runs = () => {
      const state = new Sqlite(join(place.root, '.lockkeeper/state.sqlite'), { readonly: true });
      try {
        return state
          .prepare('SELECT runs.outcome, run_steps.status FROM runs JOIN run_steps ON run_id = id ORDER BY position')
          .all() as { outcome: string; status: string }[];
      } finally {
        state.close();
      }
    };
    await expect.poll(() => runs().map((one) => one.outcome), { timeout: 20_000 }).toEqual(runs().map(() => 'failed'));
    expect(runs().at(-1)).toMatchObject({ status: 'not-run' });
    expect(() => place.sql('SELECT phone FROM customers', 'live.db')).toThrow(/no such column/);
    expect((await session.call('migrationStatus', { environment: 'production' })).answer).toMatchObject({
      pending: [{}],
      problems: [],
    });
  });
});
