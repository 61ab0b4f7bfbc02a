import { Lexer } from './lexer.ts';

/** A stretch of a script: one statement, a psql meta-command, or the rows after COPY … FROM stdin. */
export interface Piece {
  readonly kind: 'sql' | 'psql-command' | 'copy-from-stdin';
  /** Offset of the first word; comments before it are not part of it. */
  readonly start: number;
  /** Offset after the last word; neither the semicolon nor comments after it are part of it. */
  readonly end: number;
  /** 1-based line of `start`. */
  readonly line: number;
}

/**
 * Cuts a script where psql would (fe_utils/psqlscan.l): at semicolons outside quotes, comments, parentheses and
 * BEGIN ATOMIC … END bodies. Linear in the script's length; never throws.
 */
export function scanScript(
  script: string,
  options: { readonly parentheses: boolean } = { parentheses: true },
): Piece[] {
  const pieces: Piece[] = [];
  const lexer = new Lexer(script);
  const lines = new LineCounter(script);
  let state = new StatementState();
  const finish = () => {
    if (state.start >= 0) {
      const kind = state.copiesFromStdin ? 'copy-from-stdin' : 'sql';
      pieces.push({ kind, start: state.start, end: state.end, line: lines.at(state.start) });
    }
    state = new StatementState();
  };
  while (lexer.next()) {
    if (lexer.kind === 'space' || lexer.kind === 'comment') continue;
    if (lexer.kind === 'semicolon' && state.complete) {
      const copies = state.copiesFromStdin;
      finish();
      if (copies) lexer.end = endOfCopyData(script, lexer.end);
      continue;
    }
    if (lexer.kind === 'backslash') {
      finish();
      const end = endOfLine(script, lexer.start);
      pieces.push({ kind: 'psql-command', start: lexer.start, end, line: lines.at(lexer.start) });
      lexer.end = end;
      continue;
    }
    if (state.start < 0) state.start = lexer.start;
    state.end = lexer.end;
    if (lexer.kind === 'word') state.word(lexer);
    else if (options.parentheses && lexer.kind === 'open') state.parentheses++;
    else if (options.parentheses && lexer.kind === 'close') state.parentheses = Math.max(0, state.parentheses - 1);
  }
  finish();
  return pieces;
}

/** What must be remembered of a statement to know whether a semicolon ends it. */
class StatementState {
  start = -1;
  end = -1;
  parentheses = 0;
  copiesFromStdin = false;
  #depth = 0;
  #words = 0;
  #first = '';
  #definesRoutine = false;
  #previous = '';

  get complete(): boolean {
    return this.parentheses === 0 && this.#depth === 0;
  }

  word(lexer: Lexer): void {
    const isRoutineWord = this.#definesRoutine;
    const isCopy = this.#first === 'copy';
    if (this.#words >= 4 && !isRoutineWord && !isCopy) return;
    const word = lexer.word();
    if (this.#words === 0) this.#first = word;
    if (this.#first === 'create' && this.#words <= 3 && (word === 'function' || word === 'procedure'))
      this.#definesRoutine = true;
    if (isRoutineWord) this.#routineWord(word);
    if (isCopy && this.#previous === 'from' && word === 'stdin') this.copiesFromStdin = true;
    this.#previous = word;
    this.#words++;
  }

  #routineWord(word: string): void {
    if (this.#depth === 0) {
      if (word === 'atomic' && this.#previous === 'begin') this.#depth = 1;
    } else if (word === 'case' || word === 'begin') this.#depth++;
    else if (word === 'end') this.#depth--;
  }
}

/** Counts line breaks up to offsets that only grow. */
export class LineCounter {
  readonly #text: string;
  #line = 1;
  #next: number;

  constructor(text: string) {
    this.#text = text;
    this.#next = text.indexOf('\n');
  }

  at(offset: number): number {
    while (this.#next >= 0 && this.#next < offset) {
      this.#line++;
      this.#next = this.#text.indexOf('\n', this.#next + 1);
    }
    return this.#line;
  }
}

function endOfLine(script: string, from: number): number {
  const end = script.indexOf('\n', from);
  return end < 0 ? script.length : end;
}

/** psql reads rows up to a line that is `\.`, or to the end. */
function endOfCopyData(script: string, from: number): number {
  const end = /\n\\\.\r?(?:\n|$)/g;
  end.lastIndex = endOfLine(script, from);
  return end.test(script) ? end.lastIndex : script.length;
}
