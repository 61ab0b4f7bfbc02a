import { posix } from 'node:path';

/** Configuration written as a program, read as text: it is never run, so only what can be seen in it counts. */

/** What an expression plainly says. `here` means that the text is relative to the file and not to where the tool is started. */
export type SeenValue =
  | { readonly kind: 'text'; readonly text: string; readonly here: boolean }
  | { readonly kind: 'variable'; readonly name: string; readonly fallback?: string };

/** The source with its comments blanked, so that what is commented out does not count. */
export function withoutComments(source: string): string {
  return source.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`)|\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g,
    (_whole, string: string | undefined) => string ?? ' ',
  );
}

/** The same for languages whose comments begin with `#`. */
export function withoutHashComments(source: string): string {
  return source.replace(
    /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*/g,
    (_whole, string: string | undefined) => string ?? '',
  );
}

const HERE = /^(?:__dirname|import\.meta\.dirname|\$\{__dirname\}|path\.dirname\(__filename\)|dirname\(__filename\))$/;
const WORKING_FOLDER = /^process\.cwd\(\)$/;

/** Where each `key: value` of this name has its value. */
export function* positionsOf(source: string, key: string): Generator<number> {
  const escaped = key.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&');
  for (const match of source.matchAll(
    new RegExp(`(?<![\\w$.])(?:${escaped}|'${escaped}'|"${escaped}")\\s*(?::|=(?![=>]))\\s*`, 'g'),
  ))
    yield match.index + match[0].length;
}

/** First value of a key that can be seen; constants it names are looked up in `scope`, the whole file. */
export function seenValue(source: string, key: string, scope = source): SeenValue | undefined {
  for (const position of positionsOf(source, key)) {
    const value = readValue(source, position, scope);
    if (value) return value;
  }
  // `{ url }` stands for `{ url: url }`.
  const shorthand = new RegExp(`(?:^|[{,])\\s*${key}\\s*(?=[,}]|$)`).test(source)
    ? declarationOf(scope, key)
    : undefined;
  return shorthand === undefined ? undefined : readValue(scope, shorthand, scope, 1);
}

/** The same where only plain text will do. */
export function textOf(source: string, key: string): string | undefined {
  const value = seenValue(source, key);
  return value?.kind === 'text' ? value.text : undefined;
}

/** The text between the braces or brackets that follow a key. */
export function blockOf(source: string, key: string, open: '{' | '[' = '{'): string | undefined {
  for (const position of positionsOf(source, key)) {
    const block = blockAt(source, position, open);
    if (block !== undefined) return block;
    // `migrations: databaseMigrations` names a constant of the same file.
    const name = /^[A-Za-z_$][\w$]*(?=\s*[,}\n;])/.exec(source.slice(position, position + 80))?.[0];
    const declared = name === undefined ? undefined : declarationOf(source, name);
    if (declared !== undefined && blockAt(source, declared, open) !== undefined) return blockAt(source, declared, open);
  }
  return undefined;
}

/** The text between a brace or bracket at this position and its partner. */
export function blockAt(source: string, position: number, open: '{' | '['): string | undefined {
  if (source[position] !== open) return undefined;
  const close = open === '{' ? '}' : ']';
  let depth = 0;
  for (let at = position; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '"' || character === "'" || character === '`') at = endOfString(source, at);
    else if (character === open) depth++;
    else if (character === close && --depth === 0) return source.slice(position + 1, at);
  }
  return undefined;
}

/** Reads one expression as far as it speaks for itself. */
export function readValue(source: string, position: number, scope = source, depth = 0): SeenValue | undefined {
  const rest = source
    .slice(position, position + 600)
    .replace(/^(?:\s|\(|String\(|`(?=\$\{process\.env\.\w+\}`)|\$\{(?=process\.env))+/, '');
  const environment =
    /^process\.env(?:\.(\w+)|\[\s*['"`](\w+)['"`]\s*\])/.exec(rest) ?? /^env\(\s*['"`](\w+)['"`]/.exec(rest);
  if (environment) {
    const name = environment[1] ?? environment[2] ?? '';
    const after = rest.slice(environment[0].length);
    const fallback = /^!?\}?\)?\s*(?:as\s+string\s*)?\)?\s*(?:\|\||\?\?)\s*(['"`])((?:\\.|(?!\1).)*)\1/.exec(
      after,
    )?.[2];
    return { kind: 'variable', name, ...(fallback !== undefined && { fallback }) };
  }
  const joined =
    /^(?:path\.|posix\.|nodePath\.)?(?:join|resolve)\(([^()]*(?:\(\)[^()]*)?(?:dirname\(__filename\)[^()]*)?)\)/.exec(
      rest,
    );
  if (joined) return join((joined[1] as string).split(','));
  const address = /^(?:fileURLToPath\(\s*)?new URL\(\s*(['"`])([^'"`]+)\1\s*,\s*import\.meta\.url\s*\)/.exec(rest);
  if (address) return { kind: 'text', text: address[2] as string, here: true };
  const added = /^(__dirname|import\.meta\.dirname)\s*\+\s*(['"`])([^'"`]*)\2/.exec(rest);
  if (added) return { kind: 'text', text: posix.join('.', added[3] as string), here: true };
  const literal = /^(['"`])((?:\\.|(?!\1)[^\\])*)\1(?!\s*\+)/.exec(rest);
  if (literal) return fromLiteral(literal[2] as string);
  const name = /^[A-Za-z_$][\w$]*(?=\s*[,;)}\n!]|\s*$)/.exec(rest)?.[0];
  const declared = name === undefined || depth > 2 ? undefined : declarationOf(scope, name);
  return declared === undefined ? undefined : readValue(scope, declared, scope, depth + 1);
}

function fromLiteral(text: string): SeenValue | undefined {
  if (/^\$\{__dirname\}/.test(text)) return { kind: 'text', text: posix.join('.', text.slice(12)), here: true };
  return text.includes('${') ? undefined : { kind: 'text', text: text.replace(/\\(.)/g, '$1'), here: false };
}

function join(args: readonly string[]): SeenValue | undefined {
  const parts: string[] = [];
  let here = false;
  for (const arg of args.map((text) => text.trim()).filter((text) => text !== '')) {
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(arg);
    if (HERE.test(arg)) here = true;
    else if (literal) parts.push(literal[2] as string);
    else if (!WORKING_FOLDER.test(arg)) return undefined;
  }
  return { kind: 'text', text: posix.join('.', ...parts), here };
}

function declarationOf(source: string, name: string): number | undefined {
  const found = new RegExp(`\\b(?:const|let|var)\\s+${name.replaceAll('$', '\\$')}\\s*(?::[^=]+)?=\\s*`).exec(source);
  return found ? found.index + found[0].length : undefined;
}

function endOfString(source: string, start: number): number {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote) return at;
  }
  return source.length;
}
