import type { Reader } from '../../src/core/ports.ts';
import { compareSchemas, type Schema } from '../../src/core/schema.ts';

/** A database that can be emptied, and the engine's inspection and SQL for it. */
export interface RoundTripSubject {
  readonly reader: Reader;
  exec(sql: string): void | Promise<void>;
  reset(): void | Promise<void>;
  inspect(reader: Reader): Promise<Schema>;
  sqlForChanges(
    from: Schema,
    to: Schema,
  ): { readonly statements: readonly string[]; readonly leftOut: readonly string[] };
}

/** `exact`: the SQL made the other schema. `left out`: it said what it does not cover. Anything else is a fault. */
export interface Way {
  readonly outcome: 'exact' | 'left out' | 'differs' | 'fails';
  readonly detail: string;
  readonly statements: readonly string[];
}

/** Goes from one script's schema to the other's and back, each time with our SQL alone. */
export async function roundTrip(
  subject: RoundTripSubject,
  before: string,
  after: string,
): Promise<{ there: Way; back: Way }> {
  const load = async (script: string) => {
    await subject.reset();
    await subject.exec(script);
    return subject.inspect(subject.reader);
  };
  const to = await load(after);
  const from = await load(before);
  const there = await goes(subject, from, to);
  await load(after);
  return { there, back: await goes(subject, to, from) };
}

async function goes(subject: RoundTripSubject, from: Schema, to: Schema): Promise<Way> {
  const { statements, leftOut } = subject.sqlForChanges(from, to);
  const way = (outcome: Way['outcome'], detail: string): Way => ({ outcome, detail, statements });
  for (const statement of statements) {
    try {
      await subject.exec(statement);
    } catch (error) {
      const detail = `${error instanceof Error ? error.message : error} in: ${statement}`;
      return leftOut.length > 0 ? way('left out', leftOut.join('; ')) : way('fails', detail);
    }
  }
  const left = compareSchemas(await subject.inspect(subject.reader), to);
  if (leftOut.length > 0) return way('left out', leftOut.join('; '));
  if (left.length === 0) return way('exact', '');
  return way(
    'differs',
    left
      .map((change) => `${change.kind} ${change.object}: ${JSON.stringify(change.from)} → ${JSON.stringify(change.to)}`)
      .join('\n'),
  );
}
