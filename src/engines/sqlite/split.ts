import { parseStmt } from 'sqlite3-parser';
import { LockkeeperError } from '../../core/errors.ts';
import type { Statement } from '../../core/statement.ts';
import { fence } from '../../core/untrusted.ts';
import { type Piece, scanScript } from './scan.ts';

/** Cuts a script into statements by SQLite's rules and checks each with its grammar; throws MIGRATION.INVALID where one fails. */
export async function split(script: string): Promise<readonly Statement[]> {
  return scanScript(script).map((piece) => {
    if (piece.kind === 'shell-command') {
      throw invalid(piece.line, 'is a command of the program sqlite3, not SQL. Take it out');
    }
    const statement = statementOf(script, piece);
    // SQLite reads C strings: what follows a NUL would silently go unseen.
    const nul = statement.sql.indexOf('\0');
    if (nul >= 0) throw invalid(lineWithin(statement, nul), 'contains a NUL character, which no statement can');
    const parsed = parseStmt(statement.sql);
    if (parsed.status === 'error') {
      const error = parsed.errors[0];
      const line = lineWithin(statement, error?.span.offset ?? 0);
      throw invalid(line, `is not a statement SQLite can read: ${fence(error?.message ?? 'syntax error', 300)}`);
    }
    return statement;
  });
}

/** Like split(), but never throws: what does not parse comes back as a statement too, and its prediction says so. */
export async function splitLoosely(script: string): Promise<readonly Statement[]> {
  return scanScript(script).map((piece) => statementOf(script, piece));
}

function statementOf(script: string, piece: Piece): Statement {
  return { sql: script.slice(piece.start, piece.end), line: piece.line };
}

function lineWithin(statement: Statement, offset: number): number {
  return statement.line + (statement.sql.slice(0, offset).match(/\n/g)?.length ?? 0);
}

function invalid(line: number, what: string): LockkeeperError {
  return new LockkeeperError('MIGRATION.INVALID', `Line ${line} ${what}. Nothing was run.`);
}
