import type { Observer } from '../core/database-engine.ts';
import { LockkeeperError } from '../core/errors.ts';
import type { Context } from '../core/migration-tool.ts';
import type { Plan } from '../core/plan.ts';
import type { Session } from '../core/ports.ts';
import type { Rehearsal, RehearsalSource, RehearsedStatement } from '../core/rehearsal.ts';
import { chooseSource, makeShadow, type RehearsalSite } from './make-shadow.ts';
import { tryTheWayBack } from './round-trip.ts';
import { rounded, runOn, type Watch } from './run-on-shadow.ts';
import { type DataEffect, LossWatch } from './watch-losses.ts';

/** Runs a plan on a throwaway copy and says what it did there: shadow → run and watch → the way back → evidence. */
export async function rehearse(plan: Plan, site: RehearsalSite, asked?: RehearsalSource): Promise<Rehearsal> {
  const source = asked ?? (await chooseSource(site));
  const shadow = await makeShadow(site, source);
  const reader = site.readerOn(shadow.database);
  let session: Session | undefined;
  try {
    session = await site.bench.connect(shadow.database, { name: 'lockkeeper: rehearsal' });
    const { engine } = site.context;
    const schema = await engine.inspect(reader);
    const context: Context = { ...site.context, reader, schema };
    const before = { schema, fingerprint: await engine.fingerprint(session) };
    site.bench.progress('Running the plan on the shadow database');
    const seen = await runWatched(plan, session, context);
    const schemaAfter = (await engine.inspect(reader)).digest;
    const idempotent =
      plan.operation === 'seed' && seen.succeeded ? await runsTwice(plan, session, context) : undefined;
    site.bench.progress('Trying the way back');
    const roundTrip = seen.succeeded
      ? await tryTheWayBack(plan, before, { ...context, schema: await engine.inspect(reader) }, site.tool, session)
      : 'not-run';
    return {
      planDigest: plan.digest,
      source,
      server: shadow.server,
      ...seen,
      roundTrip,
      schemaAfter,
      ...(idempotent !== undefined && { idempotent }),
      at: new Date().toISOString(),
    };
  } finally {
    await session?.close();
    await reader.close();
    await shadow.dispose();
  }
}

type Seen = Pick<Rehearsal, 'succeeded' | 'statements' | 'dataEffects' | 'losses' | 'captured'>;

async function runWatched(plan: Plan, session: Session, context: Context): Promise<Seen> {
  const { engine } = context;
  const observer: Observer = await engine.observe(session);
  const losses = new LossWatch(session, context.reader, engine, context.environment.database.version, context.schema);
  const statements: RehearsedStatement[] = [];
  const shown = plan.steps.map((step) => new Set(step.statements === 'unknown' ? [] : step.statements));
  const watch: Watch = {
    async before(sql) {
      await losses.before(sql);
      await observer.before();
    },
    async after(sql, step, ms) {
      const seen = await observer.after();
      if (shown[step]?.has(sql)) statements.push({ sql, ms: rounded(ms), ...seen });
    },
    failed(sql, _step, ms, error) {
      statements.push({
        sql,
        ms: rounded(ms),
        locks: [],
        rewrites: [],
        rowsRead: 0,
        rowsWritten: 0,
        blocks: 'nothing',
        error: error.message,
      });
    },
  };
  const dataEffects: DataEffect[] = [];
  const perStep: { step: number; rows: number; values: number }[] = [];
  let succeeded = true;
  // Step by step, so that what is lost is known per step.
  for (const [position, step] of plan.steps.entries()) {
    try {
      await runOn(session, engine, [step], { ...watch, after: (sql, _, ms) => watch.after(sql, position, ms) });
    } catch (error) {
      if (!(error instanceof LockkeeperError) || statements.at(-1)?.error === undefined) throw error;
      succeeded = false;
      break;
    }
    const lost = await losses.endOfStep();
    dataEffects.push(...lost);
    perStep.push({
      step: position,
      rows: sum(lost.map((one) => one.rowsDeleted)),
      values: sum(lost.map((one) => one.valuesLost)),
    });
  }
  const captured = plan.steps.every(({ action }) => action.kind !== 'statements' || action.transaction);
  return { succeeded, statements, dataEffects, losses: perStep, captured };
}

/** A seed may be run again at any time: the second time must change nothing. */
async function runsTwice(plan: Plan, session: Session, context: Context): Promise<boolean> {
  const once = await context.engine.fingerprint(session);
  try {
    await runOn(session, context.engine, plan.steps);
  } catch (error) {
    if (error instanceof LockkeeperError) return false;
    throw error;
  }
  const twice = await context.engine.fingerprint(session);
  return JSON.stringify(once.tables) === JSON.stringify(twice.tables);
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
}
