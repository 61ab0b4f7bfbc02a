import type { ParseResult, RawStmt } from 'libpg-query';
import { Lexer } from './lexer.ts';

/**
 * The most tokens handed to the parser at once. Its tree costs up to 150 bytes a token, and at some 600 MB its WASM module ends
 * the whole process (measured with libpg-query 18.1.5: 8 million tokens end it, 2.5 million take 4 s), so nothing near is tried.
 */
const MOST_TOKENS = 2_500_000;
const MOST_CHARACTERS = 64_000_000;

export type Parsed = { readonly ok: true; readonly statements: readonly RawStmt[] } | ParserRefusal;

/** The parser's own words; untrusted, because they quote the text. */
export interface ParserRefusal {
  readonly ok: false;
  readonly message: string;
  /** 0-based code point where the parser stopped. */
  readonly position: number;
}

/** A migration is cut, judged and cut again under the lock: trees of short statements are kept, the oldest given up first. */
const kept = new Map<string, Parsed>();
const MOST_KEPT = 4_000;
const LONGEST_KEPT = 4_000;

/** Parses with PostgreSQL's own grammar; the trees are shared and must not be changed. */
export async function parseSql(sql: string): Promise<Parsed> {
  const known = kept.get(sql);
  if (known) return known;
  const parsed = await parse(sql);
  if (sql.length > LONGEST_KEPT) return parsed;
  const [oldest] = kept.keys();
  if (oldest !== undefined && kept.size >= MOST_KEPT) kept.delete(oldest);
  kept.set(sql, parsed);
  return parsed;
}

/** The WASM module is loaded on first use: most commands never need it. */
async function parse(sql: string): Promise<Parsed> {
  // The parser reads a C string: what follows a NUL would silently go unseen.
  const nul = sql.indexOf('\0');
  if (nul >= 0)
    return {
      ok: false,
      message: 'a NUL character, which no statement can contain',
      position: [...sql.slice(0, nul)].length,
    };
  if (isTooLarge(sql)) {
    return {
      ok: false,
      message: `a statement of ${Math.round(sql.length / 1e6)} MB, too large to be judged`,
      position: 0,
    };
  }
  if (sql.trim() === '') return { ok: true, statements: [] };
  const parser = await import('libpg-query');
  try {
    const result: ParseResult = await parser.parse(sql);
    return { ok: true, statements: result.stmts ?? [] };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: 'nested too deeply to be judged', position: 0 };
    if (!(error instanceof Error)) throw error;
    const position = parser.hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    return { ok: false, message: error.message, position };
  }
}

function isTooLarge(sql: string): boolean {
  if (sql.length <= MOST_TOKENS) return false;
  if (sql.length > MOST_CHARACTERS) return true;
  const lexer = new Lexer(sql);
  let tokens = 0;
  while (tokens <= MOST_TOKENS && lexer.next()) if (lexer.kind !== 'space') tokens++;
  return tokens > MOST_TOKENS;
}
