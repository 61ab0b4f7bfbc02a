import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { plain } from '../../core/untrusted.ts';
import { statementsOf } from './backup.ts';
import { facts, USER_OBJECTS } from './facts.ts';
import { populated } from './populated.ts';

/** Runs a schema backup's statements in one transaction; with `replace`, what was there goes first in the same one. */
export async function restoreSchema(
  bench: Workbench,
  file: string,
  into: DatabaseHandle,
  options: { readonly replace: boolean },
): Promise<void> {
  const lines: string[] = [];
  for await (const line of bench.files.lines(file)) lines.push(line);
  const statements = statementsOf(`${lines.join('\n')}\n`);
  if (statements === undefined)
    throw new LockkeeperError(
      'BACKUP.DAMAGED',
      `The backup ${plain(file, 500)} is not whole. Nothing was restored; the database is as it was.`,
    );
  await inTransaction(bench, into, async (session) => {
    const [row] = await session.query(`SELECT count(*) AS made FROM sqlite_schema WHERE ${USER_OBJECTS}`);
    if (Number(row?.made) > 0 && !options.replace) throw populated(into);
    await dropAll(session);
    for (const statement of statements) await session.execute(statement);
  });
}

/** Runs work in one write transaction on the target, made where it is missing. A failure rolls it back. */
export async function inTransaction(
  bench: Workbench,
  into: DatabaseHandle,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const session = await bench.connect(into, { create: true, lockWaitMs: 10_000 });
  try {
    await session.execute('BEGIN IMMEDIATE');
    await work(session);
    bench.signal.throwIfAborted();
    await session.execute('COMMIT');
  } finally {
    // Closing rolls back what was not committed.
    await session.close();
  }
}

async function dropAll(session: Session): Promise<void> {
  // A virtual table takes its shadow tables with it, so what is left is asked for again each time.
  for (;;) {
    const [next] = await session.query(
      `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND ${USER_OBJECTS} AND type <> 'shadow'
        ORDER BY CASE type WHEN 'view' THEN 0 WHEN 'virtual' THEN 1 ELSE 2 END LIMIT 1`,
    );
    if (next === undefined) return;
    await session.execute(`DROP ${next.type === 'view' ? 'VIEW' : 'TABLE'} ${facts.quote(String(next.name))}`);
  }
}
