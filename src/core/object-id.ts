/** What an id names: `table:public.users/column:email` taken apart, names as the engine resolves them (no quotes). */
export interface ObjectId {
  readonly kind: string;
  /** One part per level: `['public', 'users']`; engines without schemas have one. */
  readonly name: readonly string[];
  /** A routine's argument types, as the engine spells them; `''` where it takes none. */
  readonly signature?: string;
  readonly child?: { readonly kind: string; readonly name: string };
}

// The same test PostgreSQL's quote_identifier() makes, without its keyword list: an id needs to be unambiguous, not executable.
const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** Writes an id; parts that are not plain lower-case names are quoted as SQL quotes them, so no two objects share an id. */
export function formatObjectId(id: ObjectId): string {
  const signature = id.signature === undefined ? '' : `(${id.signature})`;
  const child = id.child === undefined ? '' : `/${id.child.kind}:${quotePart(id.child.name)}`;
  return `${id.kind}:${id.name.map(quotePart).join('.')}${signature}${child}`;
}

/** Takes an id apart; throws where the text is not one, because ids are only ever written by formatObjectId. */
export function parseObjectId(text: string): ObjectId {
  const kind = /^[a-z][a-z-]*(?=:)/.exec(text)?.[0];
  if (kind === undefined) throw new Error(`not an object id: ${text}`);
  const name: string[] = [];
  let at = kind.length;
  do {
    const part = readPart(text, at + 1);
    name.push(part.value);
    at = part.end;
  } while (text[at] === '.');
  let signature: string | undefined;
  if (text[at] === '(') {
    const end = closingParenthesis(text, at);
    signature = text.slice(at + 1, end);
    at = end + 1;
  }
  const base = { kind, name, ...(signature !== undefined && { signature }) };
  if (at === text.length) return base;
  const childKind = /^\/([a-z][a-z-]*):/.exec(text.slice(at))?.[1];
  if (childKind === undefined) throw new Error(`not an object id: ${text}`);
  const child = readPart(text, at + childKind.length + 2);
  if (child.end !== text.length) throw new Error(`not an object id: ${text}`);
  return { ...base, child: { kind: childKind, name: child.value } };
}

/** Id of something inside a table: `childId('table:public.users', 'column', 'email')`. */
export function childId(parent: string, kind: string, name: string): string {
  return `${parent}/${kind}:${quotePart(name)}`;
}

/** Id of the object that a child lies in; the id itself where it is no child. */
export function parentId(id: string): string {
  const { child: _child, ...parent } = parseObjectId(id);
  return formatObjectId(parent);
}

function quotePart(part: string): string {
  return PLAIN.test(part) ? part : `"${part.replaceAll('"', '""')}"`;
}

function readPart(text: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && /[a-z0-9_]/.test(text[end] ?? '')) end++;
    if (end === start) throw new Error(`not an object id: ${text}`);
    return { value: text.slice(start, end), end };
  }
  const end = closingQuote(text, start);
  return { value: text.slice(start + 1, end).replaceAll('""', '"'), end: end + 1 };
}

function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '"') continue;
    if (text[at + 1] === '"') at++;
    else return at;
  }
  throw new Error(`not an object id: ${text}`);
}

function closingParenthesis(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"') at = closingQuote(text, at);
    else if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  throw new Error(`not an object id: ${text}`);
}
