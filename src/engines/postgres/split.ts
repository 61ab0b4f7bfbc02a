import { LockkeeperError } from '../../core/errors.ts';
import type { Statement } from '../../core/statement.ts';
import { fence } from '../../core/untrusted.ts';
import { type ParserRefusal, parseSql } from './parser.ts';
import { type Piece, scanScript } from './scan.ts';

/** How much is handed to the parser at once: its tree takes some fifty times the text's size. */
const BATCH = 1_000_000;

/** Cuts a script into statements and has PostgreSQL's parser confirm every cut; throws MIGRATION.INVALID where it does not. */
export async function split(script: string): Promise<readonly Statement[]> {
  const pieces = scanScript(script);
  for (const piece of pieces) refusePsql(piece);
  for (const batch of batchesOf(pieces)) {
    if (await confirmsCuts(script, batch)) continue;
    for (const piece of batch) {
      const parsed = await parseSql(script.slice(piece.start, piece.end));
      if (!parsed.ok) throw notSql(script, piece, parsed);
    }
    throw new LockkeeperError(
      'MIGRATION.INVALID',
      `The statements from line ${batch[0]?.line} on cannot be told apart. Nothing was run.`,
    );
  }
  return pieces.map((piece) => statementOf(script, piece));
}

/** Like split(), but never throws: what does not parse comes back as a statement too, and its prediction says so. */
export async function splitLoosely(script: string): Promise<readonly Statement[]> {
  const pieces: Piece[] = [];
  for (const batch of batchesOf(scanScript(script))) {
    if (batch.every((piece) => piece.kind === 'sql') && (await confirmsCuts(script, batch))) {
      pieces.push(...batch);
      continue;
    }
    for (const piece of batch) pieces.push(...(await recut(script, piece)));
  }
  return pieces.map((piece) => statementOf(script, piece));
}

/** An opening parenthesis that is never closed must not hide the statements after it. */
async function recut(script: string, piece: Piece): Promise<readonly Piece[]> {
  const text = script.slice(piece.start, piece.end);
  if (piece.kind !== 'sql' || (await parseSql(text)).ok) return [piece];
  const smaller = scanScript(text, { parentheses: false });
  return smaller.map((one) => ({
    ...one,
    start: one.start + piece.start,
    end: one.end + piece.start,
    line: one.line + piece.line - 1,
  }));
}

function statementOf(script: string, piece: Piece): Statement {
  return { sql: script.slice(piece.start, piece.end), line: piece.line };
}

function* batchesOf(pieces: readonly Piece[]): Generator<readonly Piece[]> {
  let batch: Piece[] = [];
  for (const piece of pieces) {
    const first = batch[0];
    if (first !== undefined && piece.end - first.start > BATCH) {
      yield batch;
      batch = [];
    }
    batch.push(piece);
  }
  if (batch.length > 0) yield batch;
}

/** True where the parser finds exactly the scanner's statements, each within the scanner's bounds. */
async function confirmsCuts(script: string, batch: readonly Piece[]): Promise<boolean> {
  const first = batch[0];
  const last = batch.at(-1);
  if (first === undefined || last === undefined) return true;
  const parsed = await parseSql(script.slice(first.start, last.end));
  if (!parsed.ok || parsed.statements.length !== batch.length) return false;
  // The parser counts bytes of UTF-8, from the end of the statement before.
  let at = first.start;
  let bytes = 0;
  for (const [index, piece] of batch.entries()) {
    const start = bytes + Buffer.byteLength(script.slice(at, piece.start));
    bytes = start + Buffer.byteLength(script.slice(piece.start, piece.end));
    at = piece.end;
    const location = parsed.statements[index]?.stmt_location ?? 0;
    const length = parsed.statements[index]?.stmt_len ?? Number.POSITIVE_INFINITY;
    if (start < location || bytes > location + length) return false;
  }
  return true;
}

function refusePsql(piece: Piece): void {
  if (piece.kind === 'sql') return;
  const what =
    piece.kind === 'psql-command'
      ? 'is a command of the program psql, not SQL. Take it out (pg_dump writes \\restrict, \\unrestrict and \\connect lines)'
      : 'copies rows that follow it in the file, which only the program psql can do. Write INSERT statements instead (pg_dump --inserts)';
  throw new LockkeeperError('MIGRATION.INVALID', `Line ${piece.line} ${what}. Nothing was run.`);
}

function notSql(script: string, piece: Piece, refusal: ParserRefusal): LockkeeperError {
  let at = piece.start;
  for (let point = 0; point < refusal.position && at < piece.end; point++)
    at += (script.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  const line = piece.line + (script.slice(piece.start, at).match(/\n/g)?.length ?? 0);
  return new LockkeeperError(
    'MIGRATION.INVALID',
    `Line ${line} is not a statement PostgreSQL can read: ${fence(refusal.message, 300)}. Nothing was run.`,
  );
}
