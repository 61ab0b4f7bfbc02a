export interface Token {
  readonly kind: 'word' | 'quoted-name' | 'string' | 'number' | 'punctuation';
  /** As written. */
  readonly text: string;
  /** What is named or said, quotes removed. */
  readonly value: string;
}

// https://www.sqlite.org/lang_keywords.html
const KEYWORDS = new Set(
  `ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN BETWEEN BY CASCADE CASE CAST CHECK
  COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT
  DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FILTER
  FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN INDEX INDEXED INITIALLY INNER
  INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS
  OF OFFSET ON OR ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP
  REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO
  TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT
  TRUE FALSE STORED ROWID STRICT`.split(/\s+/),
);

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    `(?<string>[xX]?'(?:[^']|'')*')`,
    String.raw`(?<name>"(?:[^"]|"")*"|${'`'}(?:[^${'`'}]|${'``'})*${'`'}|\[[^\]]*\])`,
    String.raw`(?<number>0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)`,
    // Anything above ASCII is a letter to SQLite's tokenizer (tokenize.c, IdChar).
    String.raw`(?<word>[A-Za-z_\u0080-\u{10ffff}][A-Za-z0-9_$\u0080-\u{10ffff}]*|[?:@$#][A-Za-z0-9_$\u0080-\u{10ffff}]*)`,
    String.raw`(?<punctuation>\|\||->>|->|<<|>>|<=|>=|<>|==|!=|[-+*/%&|~<>=(),.;])`,
  ].join('|'),
  'gyu',
);

/** Cuts a statement into tokens as SQLite does, comments and white space left out; undefined where a quote or comment stays open or a character has no meaning. */
export function tokenize(sql: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const groups = TOKEN.exec(sql)?.groups;
    if (groups === undefined) return undefined;
    const { space, string, name, number, word, punctuation } = groups;
    if (string !== undefined) tokens.push({ kind: 'string', text: string, value: string });
    else if (name !== undefined) tokens.push({ kind: 'quoted-name', text: name, value: unquote(name) });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, value: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, value: word });
    else if (punctuation !== undefined) tokens.push({ kind: 'punctuation', text: punctuation, value: punctuation });
    else if (space?.startsWith('/*') && !space.endsWith('*/')) return undefined;
  }
  return tokens;
}

/** True where the text holds a comment, which could hide what follows it in a statement. */
export function holdsComment(sql: string): boolean {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const groups = TOKEN.exec(sql)?.groups;
    if (groups === undefined) return false;
    if (groups.space !== undefined && groups.space.trim() !== '') return true;
  }
  return false;
}

/** True for the word or punctuation given in upper case. */
export function is(token: Token | undefined, ...words: readonly string[]): boolean {
  return (
    token !== undefined &&
    (token.kind === 'word' || token.kind === 'punctuation') &&
    words.includes(token.value.toUpperCase())
  );
}

/**
 * Writes tokens so that what means the same reads the same: keywords in capitals, one kind of quotes, fixed spacing. A quoted name
 * loses its quotes only where `names` (lower case) has it: SQLite reads a quoted word that names nothing as a string.
 */
export function write(tokens: readonly Token[], names: ReadonlySet<string>): string {
  let text = '';
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    const tight =
      index === 0 ||
      is(token, ',', ')', '.', ';') ||
      is(before, '(', '.') ||
      (is(token, '(') && followsName(tokens, index));
    text += (tight ? '' : ' ') + spell(token, names);
  });
  return text;
}

/** Quotes a name for use in a statement. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text for use in a statement. */
export function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function followsName(tokens: readonly Token[], parenthesis: number): boolean {
  const before = tokens[parenthesis - 1];
  return before?.kind === 'quoted-name' || (before?.kind === 'word' && !KEYWORDS.has(before.value.toUpperCase()));
}

function spell(token: Token, names: ReadonlySet<string>): string {
  if (token.kind === 'word') {
    const upper = token.text.toUpperCase();
    return KEYWORDS.has(upper) ? upper : token.text;
  }
  if (token.kind !== 'quoted-name') return token.text;
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(token.value) && !KEYWORDS.has(token.value.toUpperCase());
  return plain && names.has(token.value.toLowerCase()) ? token.value : quoteName(token.value);
}

function unquote(name: string): string {
  const inside = name.slice(1, -1);
  const quote = name[0];
  return quote === '"' || quote === '`' ? inside.replaceAll(quote + quote, quote) : inside;
}
