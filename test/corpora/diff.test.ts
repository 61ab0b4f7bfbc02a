import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sqlForChanges } from '../../src/engines/postgres/alter.ts';
import { inspect } from '../../src/engines/postgres/inspect.ts';
import { sqlForChanges as sqlForSqliteChanges } from '../../src/engines/sqlite/alter.ts';
import { inspect as inspectSqlite } from '../../src/engines/sqlite/inspect.ts';
import { type DiffPair, diffPairs } from '../support/diff-pairs.ts';
import { openPglite } from '../support/pglite-reader.ts';
import { type RoundTripSubject, roundTrip, type Way } from '../support/round-trip.ts';
import { openSqlite } from '../support/sqlite-reader.ts';

/** Set to a file's path to have every way that is not exact written there. */
const REPORT = process.env.LOCKKEEPER_DIFF_REPORT;

async function measure(
  pairs: readonly DiffPair[],
  subject: RoundTripSubject,
  prepare: (pair: DiffPair) => Promise<void>,
) {
  const counts: Record<Way['outcome'] | 'not loaded', number> = {
    exact: 0,
    'left out': 0,
    differs: 0,
    fails: 0,
    'not loaded': 0,
  };
  const lines: string[] = [];
  let noise = 0;
  // The scripts differ in something inspection does not read yet: rights, owners, publications…
  let unseen = 0;
  for (const pair of pairs) {
    try {
      await prepare(pair);
      const { there, back } = await roundTrip(subject, pair.before, pair.after);
      if (pair.noop && there.statements.length > 0) noise++;
      if (!pair.noop && there.outcome === 'exact' && there.statements.length === 0) {
        unseen++;
        lines.push(
          `unseen ${pair.source} ${pair.case}\n   ${(pair.expected ?? '').replaceAll('\n', ' ').slice(0, 200)}`,
        );
        continue;
      }
      for (const [name, way] of Object.entries({ there, back })) {
        counts[way.outcome]++;
        if (way.outcome !== 'exact')
          lines.push(`${way.outcome} ${pair.source} ${pair.case} ${name}\n   ${way.detail.replaceAll('\n', '\n   ')}`);
      }
    } catch (error) {
      counts['not loaded']++;
      lines.push(`not loaded ${pair.source} ${pair.case}\n   ${error}`);
    }
  }
  if (REPORT) appendFileSync(REPORT, lines.join('\n'));
  const tried = counts.exact + counts['left out'] + counts.differs + counts.fails;
  console.log(
    `${pairs.length} pairs, ${tried} ways: ${JSON.stringify(counts)}; noise on equal schemas: ${noise}; differences not seen: ${unseen}`,
  );
  return { ...counts, tried, noise, unseen };
}

test('PostgreSQL: pairs from other projects go there and back', { timeout: 1_200_000 }, async () => {
  const step = Number(process.env.LOCKKEEPER_DIFF_STEP ?? 4);
  const pairs = diffPairs('pg-').filter((_pair, index) => index % step === 0);
  const database = await openPglite({ extensions: true });
  // The scripts take roles for granted; a role is not part of a schema.
  const exec = async (sql: string): Promise<void> => {
    try {
      await database.exec(sql);
    } catch (error) {
      const role = /role "([^"]+)" does not exist/.exec(String(error))?.[1];
      if (role === undefined) throw error;
      await database.reset();
      await database.exec(`CREATE ROLE "${role}"`);
      await exec(sql);
    }
  };
  const figures = await measure(pairs, { ...database, exec, inspect, sqlForChanges }, async (pair) => {
    await database.reset();
    await database.dropRoles();
    for (const role of [...(pair.needs_roles ?? []), ...(pair.roles ?? [])]) {
      await database.exec(`CREATE ROLE "${role}"`).catch(() => undefined);
    }
  });
  await database.close();
  if (pairs.length === 0) return;
  // Of all 528 pairs 96.5 % of the ways were exact, 2.8 % said what they left out, 0.6 % were wrong.
  expect(figures.exact / figures.tried).toBeGreaterThan(0.95);
  expect((figures.differs + figures.fails) / figures.tried).toBeLessThan(0.02);
  expect(figures.noise).toBe(0);
});

test('SQLite: pairs from other projects go there and back', async () => {
  const pairs = diffPairs('sqlite-');
  let database = openSqlite();
  const subject = {
    reader: {
      ...database.reader,
      query: (sql: string, values?: readonly unknown[]) => database.reader.query(sql, values),
    },
    exec: (sql: string) => database.exec(sql),
    reset() {
      database.close();
      database = openSqlite();
    },
    inspect: inspectSqlite,
    sqlForChanges: sqlForSqliteChanges,
  };
  const figures = await measure(pairs, subject, async () => undefined);
  expect(figures).toMatchObject({ exact: pairs.length * 2, noise: 0, unseen: 0 });
});
