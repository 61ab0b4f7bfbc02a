/** What the lexer tells apart; everything that cannot hold or hide a semicolon is `other`. */
export type TokenKind =
  | 'space'
  | 'comment'
  | 'quoted'
  | 'word'
  | 'open'
  | 'close'
  | 'semicolon'
  | 'backslash'
  | 'other';

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const SPACE = /\s+/y;
const NUMBER = /\d[\d_.]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
// A string goes on in the next one where only white space with a line break lies between; the first one's kind decides
// (PostgreSQL manual, 4.1.2.1).
const CONTINUED = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r]\s*'/y;

/** Walks a script by PostgreSQL's lexical rules, with standard_conforming_strings on. Does not allocate per token. */
export class Lexer {
  kind: TokenKind = 'space';
  start = 0;
  end = 0;
  readonly #text: string;

  constructor(text: string, at = 0) {
    this.#text = text;
    this.end = at;
  }

  /** Moves to the next token; false at the end. */
  next(): boolean {
    this.start = this.end;
    if (this.start >= this.#text.length) return false;
    this.end = this.#read(this.#text.charCodeAt(this.start));
    return true;
  }

  word(): string {
    return this.#text.slice(this.start, this.end).toLowerCase();
  }

  #read(code: number): number {
    const text = this.#text;
    const at = this.start;
    if (code === 32 || (code >= 9 && code <= 13)) return this.#match('space', SPACE);
    if (code === 45 && text.charCodeAt(at + 1) === 45) return this.#lineComment();
    if (code === 47 && text.charCodeAt(at + 1) === 42) return this.#blockComment();
    if (code === 39) return this.#quoted(at, "'", false);
    if (code === 34) return this.#quoted(at, '"', false);
    if (code === 36) return this.#dollar();
    if (code >= 48 && code <= 57) return this.#match('other', NUMBER);
    if (code >= 128 || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122))
      return this.#word(code);
    this.kind = PUNCTUATION.get(code) ?? 'other';
    return at + 1;
  }

  #match(kind: TokenKind, pattern: RegExp): number {
    this.kind = kind;
    pattern.lastIndex = this.start;
    return pattern.test(this.#text) ? pattern.lastIndex : this.start + 1;
  }

  #word(code: number): number {
    const end = this.#match('word', WORD);
    const isEscapeString = (code === 69 || code === 101) && end === this.start + 1 && this.#text[end] === "'";
    return isEscapeString ? this.#quoted(end, "'", true) : end;
  }

  #lineComment(): number {
    this.kind = 'comment';
    const end = this.#text.indexOf('\n', this.start);
    return end < 0 ? this.#text.length : end;
  }

  /** Block comments nest in PostgreSQL. */
  #blockComment(): number {
    this.kind = 'comment';
    let depth = 1;
    let at = this.start + 2;
    while (depth > 0) {
      const close = this.#text.indexOf('*/', at);
      if (close < 0) return this.#text.length;
      const open = this.#text.indexOf('/*', at);
      if (open >= 0 && open < close) {
        depth++;
        at = open + 2;
      } else {
        depth--;
        at = close + 2;
      }
    }
    return at;
  }

  #quoted(opening: number, mark: "'" | '"', escapes: boolean): number {
    this.kind = mark === '"' ? 'word' : 'quoted';
    const text = this.#text;
    for (let at = opening + 1; ; at++) {
      const close = text.indexOf(mark, at);
      if (close < 0) return text.length;
      const backslash = escapes ? text.indexOf('\\', at) : -1;
      if (backslash >= 0 && backslash < close) at = backslash + 1;
      else if (text[close + 1] === mark) at = close + 1;
      else {
        CONTINUED.lastIndex = close + 1;
        if (!escapes || !CONTINUED.test(text)) return close + 1;
        at = CONTINUED.lastIndex - 1;
      }
    }
  }

  #dollar(): number {
    DOLLAR_TAG.lastIndex = this.start;
    if (!DOLLAR_TAG.test(this.#text)) {
      this.kind = 'other';
      return this.start + 1;
    }
    this.kind = 'quoted';
    const tag = this.#text.slice(this.start, DOLLAR_TAG.lastIndex);
    const close = this.#text.indexOf(tag, DOLLAR_TAG.lastIndex);
    return close < 0 ? this.#text.length : close + tag.length;
  }
}

const PUNCTUATION: ReadonlyMap<number, TokenKind> = new Map([
  [40, 'open'],
  [41, 'close'],
  [59, 'semicolon'],
  [92, 'backslash'],
]);
