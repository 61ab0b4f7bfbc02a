/** What one .gitignore says of a path: `undefined` where it says nothing. */
export type IgnoreVerdict = 'ignored' | 'kept' | undefined;

interface Rule {
  readonly keeps: boolean;
  readonly foldersOnly: boolean;
  /** Names are compared where the pattern has no slash, else the path from the .gitignore's folder. */
  readonly onName: boolean;
  /** What every match begins with; far cheaper to compare than the expression. */
  readonly beginning: string;
  readonly matches: RegExp;
}

/**
 * The rules of one .gitignore. A workspace has tens of thousands of names and most rules are a plain name or `*.ending`, so
 * those are looked up; only the few others are tried one by one. The last rule that matches decides, as in git.
 */
export class IgnoreRules {
  readonly #rules: Rule[] = [];
  readonly #byName = new Map<string, number[]>();
  readonly #byEnding = new Map<string, number[]>();
  readonly #others: number[] = [];

  constructor(text: string) {
    for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) this.#add(line);
    this.#others.reverse();
  }

  /** `path` is relative to the .gitignore's folder, `name` its last part. */
  verdict(path: string, name: string, isFolder: boolean): IgnoreVerdict {
    let last = this.#lastOf(this.#byName.get(name), isFolder);
    const dot = name.lastIndexOf('.');
    if (dot >= 0) last = Math.max(last, this.#lastOf(this.#byEnding.get(name.slice(dot)), isFolder));
    for (const index of this.#others) {
      if (index < last) break;
      const rule = this.#rules[index] as Rule;
      const subject = rule.onName ? name : path;
      if ((isFolder || !rule.foldersOnly) && subject.startsWith(rule.beginning) && rule.matches.test(subject))
        last = index;
    }
    const found = this.#rules[last];
    return found && (found.keeps ? 'kept' : 'ignored');
  }

  #lastOf(indexes: readonly number[] | undefined, isFolder: boolean): number {
    if (!indexes) return -1;
    for (let at = indexes.length - 1; at >= 0; at--) {
      const index = indexes[at] as number;
      if (isFolder || !this.#rules[index]?.foldersOnly) return index;
    }
    return -1;
  }

  #add(line: string): void {
    let pattern = line.replace(/(?<!\\)[ \t]+$/, '');
    if (pattern === '' || pattern.startsWith('#')) return;
    const keeps = pattern.startsWith('!');
    if (keeps) pattern = pattern.slice(1);
    const foldersOnly = pattern.endsWith('/');
    if (foldersOnly) pattern = pattern.slice(0, -1);
    // `**/name` says at any depth, as `name` alone does.
    pattern = pattern.replace(/^(?:\*\*\/)+(?=[^/]+$)/, '');
    const onName = !pattern.includes('/');
    if (pattern.startsWith('/')) pattern = pattern.slice(1);
    const index = this.#rules.length;
    let matches: RegExp;
    try {
      matches = new RegExp(`^${toExpression(pattern)}$`, 's');
    } catch {
      // git, too, takes a pattern it cannot read to match nothing.
      return;
    }
    this.#rules.push({
      keeps,
      foldersOnly,
      onName,
      beginning: /^[^*?[\\]*(?=[/*?[\\]|$)/.exec(pattern)?.[0] ?? '',
      matches,
    });
    const ending = /^\*(\.[^.*?[\]\\/]+)$/.exec(pattern)?.[1];
    if (onName && !/[*?[\]\\]/.test(pattern)) push(this.#byName, pattern, index);
    else if (onName && ending !== undefined) push(this.#byEnding, ending, index);
    else this.#others.push(index);
  }
}

function push(map: Map<string, number[]>, key: string, index: number): void {
  const indexes = map.get(key);
  if (indexes) indexes.push(index);
  else map.set(key, [index]);
}

function toExpression(pattern: string): string {
  let expression = '';
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const found =
      (at === 0 && /^\*\*\//.exec(rest) && (['(?:.*/)?', 3] as const)) ||
      (rest === '/**' && (['/.+', 3] as const)) ||
      (rest.startsWith('/**/') && (['/(?:.*/)?', 4] as const)) ||
      (rest.startsWith('*') && (['[^/]*', /^\*+/.exec(rest)?.[0].length ?? 1] as const)) ||
      (rest.startsWith('?') && (['[^/]', 1] as const)) ||
      (rest.startsWith('[') && classOf(rest)) ||
      (rest.startsWith('\\') && rest.length > 1 && ([literally(rest.charAt(1)), 2] as const)) ||
      ([literally(rest.charAt(0)), 1] as const);
    expression += found[0];
    at += found[1] - 1;
  }
  return expression;
}

function classOf(rest: string): readonly [string, number] | undefined {
  const found = /^\[([!^]?)(\]?(?:\\.|[^\]\\])*)\]/.exec(rest);
  if (!found) return undefined;
  const [whole, negation, members = ''] = found;
  return [`(?!/)[${negation ? '^' : ''}${members.replace(/\[/g, '\\[').replace(/^\]/, '\\]')}]`, whole.length];
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
