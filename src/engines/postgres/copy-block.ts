const ROWS = 500;
/** Statements stay below this, whatever the rows hold. */
const CHARACTERS = 1_000_000;

/** The letters after a backslash in COPY's text format that stand for another character (manual, COPY, "Text Format"). */
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Turns the data of `COPY … FROM stdin` in a plain dump into INSERT statements, for servers that take no COPY data. */
export class CopyBlock {
  readonly #into: string;
  #rows: string[] = [];
  #characters = 0;

  private constructor(into: string) {
    this.#into = into;
  }

  static startedBy(statement: string): CopyBlock | undefined {
    const into = /^COPY (.+) FROM stdin$/s.exec(statement)?.[1];
    return into === undefined ? undefined : new CopyBlock(into);
  }

  /** Statements that are full with this line of data. */
  *take(line: string): Generator<string> {
    // A table without columns has rows too; pg_dump then names no columns.
    if (!this.#into.endsWith(')')) return yield `INSERT INTO ${this.#into} DEFAULT VALUES`;
    const row = `(${line.split('\t').map(literal).join(', ')})`;
    this.#rows.push(row);
    this.#characters += row.length;
    if (this.#rows.length >= ROWS || this.#characters >= CHARACTERS) yield* this.end();
  }

  *end(): Generator<string> {
    if (this.#rows.length === 0) return;
    // COPY writes identity columns as they are; an INSERT has to say so.
    yield `INSERT INTO ${this.#into} OVERRIDING SYSTEM VALUE VALUES\n${this.#rows.join(',\n')}`;
    this.#rows = [];
    this.#characters = 0;
  }
}

/** A dump sets standard_conforming_strings: in a plain string only the quote is special. */
function literal(field: string): string {
  if (field === '\\N') return 'NULL';
  const text = field.replace(/\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)/g, (_all, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return ESCAPES[code] ?? code;
  });
  return `'${text.replaceAll("'", "''")}'`;
}
