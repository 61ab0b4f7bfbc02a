/** A stretch of a script: one statement, or a dot-command of the sqlite3 shell. */
export interface Piece {
  readonly kind: 'sql' | 'shell-command';
  /** Offset of the first word; comments before it are not part of it. */
  readonly start: number;
  /** Offset after the last word; neither the semicolon nor comments after it are part of it. */
  readonly end: number;
  /** 1-based line of `start`. */
  readonly line: number;
}

const TRIVIA = /(?:\s+|--[^\n]*|\/\*(?:[\s\S]*?\*\/|[\s\S]*$))+/y;
const TOKEN =
  /'[^']*(?:''[^']*)*'?|"[^"]*(?:""[^"]*)*"?|`[^`]*(?:``[^`]*)*`?|\[[^\]]*\]?|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d+|[\s\S]/y;

/**
 * Cuts a script where SQLite's own sqlite3_complete() sees a statement end (src/complete.c): at a semicolon, except inside
 * CREATE [TEMP] TRIGGER, which ends at `; END ;`. Linear in the script's length; never throws.
 */
export function scanScript(script: string): Piece[] {
  const pieces: Piece[] = [];
  let start = -1;
  let end = -1;
  let state = new StatementState();
  let at = 0;
  const lineAt = lineCounter(script);
  const finish = () => {
    if (start >= 0) pieces.push({ kind: 'sql', start, end, line: lineAt(start) });
    start = -1;
    state = new StatementState();
  };
  while (at < script.length) {
    TRIVIA.lastIndex = at;
    if (TRIVIA.test(script)) at = TRIVIA.lastIndex;
    if (at >= script.length) break;
    if (start < 0 && script[at] === '.' && isLineStart(script, at)) {
      const close = endOfLine(script, at);
      pieces.push({ kind: 'shell-command', start: at, end: close, line: lineAt(at) });
      at = close;
      continue;
    }
    TOKEN.lastIndex = at;
    TOKEN.test(script);
    const token = script.slice(at, TOKEN.lastIndex);
    if (token === ';' && state.semicolonEnds()) finish();
    else {
      if (start < 0) start = at;
      end = TOKEN.lastIndex;
      state.token(token);
    }
    at = TOKEN.lastIndex;
  }
  finish();
  return pieces;
}

/** The states of sqlite3_complete(): outside a trigger every semicolon ends, inside one only that of `; END ;`. */
class StatementState {
  #words: string[] = [];
  #inTrigger = false;
  #closing: 'no' | 'semicolon' | 'end' = 'no';

  semicolonEnds(): boolean {
    return !this.#inTrigger || this.#closing === 'end';
  }

  token(token: string): void {
    if (this.#inTrigger) {
      if (token === ';') this.#closing = 'semicolon';
      else this.#closing = this.#closing === 'semicolon' && token.toLowerCase() === 'end' ? 'end' : 'no';
      return;
    }
    if (this.#words.length >= 6) return;
    this.#words.push(token.toLowerCase());
    this.#inTrigger = /^(?:explain (?:query plan )?)?create (?:temp |temporary )?trigger$/.test(this.#words.join(' '));
  }
}

function lineCounter(script: string): (offset: number) => number {
  let line = 1;
  let next = script.indexOf('\n');
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++;
      next = script.indexOf('\n', next + 1);
    }
    return line;
  };
}

function isLineStart(script: string, at: number): boolean {
  return at === 0 || script[at - 1] === '\n';
}

function endOfLine(script: string, from: number): number {
  const end = script.indexOf('\n', from);
  return end < 0 ? script.length : end;
}
