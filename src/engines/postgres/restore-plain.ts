import { LockkeeperError } from '../../core/errors.ts';
import type { Session, Workbench } from '../../core/ports.ts';
import { CopyBlock } from './copy-block.ts';
import { PlainDumpCutter } from './plain-dump-cutter.ts';
import type { Server } from './server.ts';

const LAST_LINE = '-- PostgreSQL database dump complete';

/** Runs a plain dump over the session, in one transaction with what clears the way. */
export async function restorePlain(
  bench: Workbench,
  session: Session,
  server: Server,
  file: string,
  clear: readonly string[],
  withOwners = true,
): Promise<void> {
  await readToItsEnd(bench, file);
  await session.execute('BEGIN');
  try {
    for (const statement of clear) await session.execute(statement);
    for await (const statement of statementsOf(bench, file)) {
      bench.signal.throwIfAborted();
      if (unknownSetting(statement, server) || (!withOwners && isOwnership(statement))) continue;
      await session.execute(statement);
    }
    await session.execute('COMMIT');
  } catch (error) {
    await session.execute('ROLLBACK').catch(() => {});
    if (bench.signal.aborted)
      throw new LockkeeperError(
        'RUN.CANCELLED',
        'The restore was cancelled; its transaction was rolled back and the target is as it was.',
      );
    throw new LockkeeperError(
      'RESTORE.FAILED',
      `A statement of the backup failed; everything ran in one transaction, so the target is as it was. ${error instanceof Error ? error.message : ''}`,
      { cause: error },
    );
  } finally {
    // PGlite's connections share one backend: the dump's empty search_path would be everyone's from here on.
    if (server.embedded) await session.execute('RESET ALL').catch(() => {});
  }
}

/** pg_dump writes this line last; without it the file is cut. */
async function readToItsEnd(bench: Workbench, file: string): Promise<void> {
  let complete = false;
  for await (const line of bench.files.lines(file)) if (line === LAST_LINE) complete = true;
  if (!complete)
    throw new LockkeeperError(
      'BACKUP.DAMAGED',
      'The backup is cut off: the line with which a dump ends is missing. Nothing was restored; the target is unchanged.',
    );
}

async function* statementsOf(bench: Workbench, file: string): AsyncIterable<string> {
  const cutter = new PlainDumpCutter();
  let copy: CopyBlock | undefined;
  for await (const line of bench.files.lines(file)) {
    if (copy) {
      if (line === '\\.') copy = yield* ended(copy);
      else yield* copy.take(line);
      continue;
    }
    for (const statement of cutter.take(line)) {
      copy = CopyBlock.startedBy(statement);
      if (!copy) yield statement;
    }
  }
  const rest = cutter.rest();
  if (rest !== undefined)
    throw new LockkeeperError(
      'BACKUP.DAMAGED',
      'The backup ends in the middle of a statement. The target is as it was.',
    );
}

function* ended(copy: CopyBlock): Generator<string, undefined> {
  yield* copy.end();
  return undefined;
}

/** What `--no-owner --no-privileges` leaves out of an archive: a shadow has one role and needs no other. */
function isOwnership(statement: string): boolean {
  return (
    /^ALTER [A-Z ]+ (?:"(?:[^"]|"")*"|[^"'])+ OWNER TO (?:"(?:[^"]|"")*"|[^\s"]+)$/.test(statement) ||
    /^(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES|SET SESSION AUTHORIZATION) /.test(statement)
  );
}

/** A newer pg_dump turns off limits that an older server does not have (transaction_timeout came with PostgreSQL 17). */
function unknownSetting(statement: string, server: Server): boolean {
  return statement === 'SET transaction_timeout = 0' && server.major < 17;
}
