/**
 * Cuts a plain dump into statements line by line, so that a dump of any size needs the memory of one statement. Knows what decides where
 * a statement ends in PostgreSQL's lexer: strings, escape strings, quoted names, dollar quotes, comments, and SQL bodies of routines.
 */
export class PlainDumpCutter {
  #lines: string[] = [];
  /** What the next character is inside of: nothing, or what ends it. */
  #inside: { readonly end: string; readonly escapes: boolean } | undefined;
  /** Comments nest. */
  #commentDepth = 0;
  #parentheses = 0;
  /** Depth of BEGIN ATOMIC … END and CASE … END in routine bodies of standard SQL. */
  #blocks = 0;

  /** Statements, without their semicolons, that end on this line. */
  *take(line: string): Generator<string> {
    if (this.#lines.length === 0 && (line === '' || line.startsWith('--') || /^\\(un)?restrict\b/.test(line))) return;
    let start = 0;
    let at = 0;
    while (at < line.length) {
      if (this.#inside) at = this.#skipInside(line, at);
      else if (this.#commentDepth > 0) at = this.#skipComment(line, at);
      else if (line[at] === ';' && this.#parentheses === 0 && this.#blocks === 0) {
        yield this.#finish(line.slice(start, at));
        start = ++at;
      } else at = this.#step(line, at);
    }
    const rest = line.slice(start);
    if (this.#lines.length > 0 || rest.trim() !== '') this.#lines.push(rest);
  }

  /** What has no end yet; undefined at the end of a whole dump. */
  rest(): string | undefined {
    const rest = this.#lines.join('\n');
    return rest.replace(/--[^\n]*/g, '').trim() === '' ? undefined : rest;
  }

  #finish(tail: string): string {
    const statement = [...this.#lines, tail].join('\n').trim();
    this.#lines = [];
    return statement;
  }

  #skipInside(line: string, at: number): number {
    const { end, escapes } = this.#inside ?? { end: '', escapes: false };
    if (escapes && line[at] === '\\') return at + 2;
    if (!line.startsWith(end, at)) return at + 1;
    this.#inside = undefined;
    return at + end.length;
  }

  #skipComment(line: string, at: number): number {
    if (line.startsWith('*/', at)) this.#commentDepth--;
    else if (line.startsWith('/*', at)) this.#commentDepth++;
    else return at + 1;
    return at + 2;
  }

  #step(line: string, at: number): number {
    const letter = line[at] ?? '';
    if (line.startsWith('--', at)) return line.length;
    if (line.startsWith('/*', at)) {
      this.#commentDepth = 1;
      return at + 2;
    }
    if (letter === "'" || letter === '"') {
      const escapes = letter === "'" && /(^|[^\w$])[eE]$/.test(line.slice(Math.max(0, at - 2), at));
      // A doubled quote ends one string and starts the next: the same to us.
      this.#inside = { end: letter, escapes };
      return at + 1;
    }
    if (letter === '(') this.#parentheses++;
    if (letter === ')') this.#parentheses--;
    if (!/[\w$\u0080-\uffff]/.test(letter)) return at + 1;
    const word =
      /^(?:[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w$]*|\$[A-Za-z_\u0080-\uffff]?[\w\u0080-\uffff]*\$|\$)/.exec(
        line.slice(at),
      )?.[0] ?? letter;
    if (word.startsWith('$') && word.endsWith('$') && word.length > 1) this.#inside = { end: word, escapes: false };
    else this.#countBlock(word.toUpperCase(), line.slice(at + word.length));
    return at + word.length;
  }

  #countBlock(word: string, after: string): void {
    if (word === 'BEGIN' && /^\s+ATOMIC\b/i.test(after)) this.#blocks = 1;
    else if (this.#blocks > 0 && word === 'CASE') this.#blocks++;
    else if (this.#blocks > 0 && word === 'END') this.#blocks--;
  }
}
