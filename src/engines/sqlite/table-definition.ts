import { is, type Token, tokenize, write } from './tokens.ts';

/** A CREATE TABLE statement taken apart, each part written canonically. */
export interface TableDefinition {
  /** Column name → what follows its type: constraints, default, collation. */
  readonly columns: ReadonlyMap<string, string>;
  readonly collations: ReadonlyMap<string, string>;
  readonly constraints: readonly string[];
  readonly autoincrement: boolean;
}

const COLUMN_CONSTRAINT = [
  'CONSTRAINT',
  'PRIMARY',
  'NOT',
  'NULL',
  'UNIQUE',
  'CHECK',
  'DEFAULT',
  'COLLATE',
  'REFERENCES',
  'GENERATED',
  'AS',
];
const TABLE_CONSTRAINT = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'];

/** Reads the text SQLite keeps of a table; undefined where it is not of the shape `CREATE TABLE name (…)`. */
export function readTableDefinition(sql: string, names: ReadonlySet<string>): TableDefinition | undefined {
  const tokens = tokenize(sql);
  const open = tokens?.findIndex((token) => is(token, '('));
  if (tokens === undefined || open === undefined || open < 0) return undefined;
  const columns = new Map<string, string>();
  const collations = new Map<string, string>();
  const constraints: string[] = [];
  for (const part of splitAtCommas(tokens, open)) {
    if (is(part[0], ...TABLE_CONSTRAINT)) {
      constraints.push(...separateConstraints(part).map((one) => write(one, names)));
      continue;
    }
    const name = part[0];
    if (name === undefined) return undefined;
    let start = 1;
    while (start < part.length && !is(part[start], ...COLUMN_CONSTRAINT)) start++;
    const rest = part.slice(start);
    columns.set(name.value, write(rest, names));
    const collate = rest.findIndex((token, index) => is(token, 'COLLATE') && depthAt(rest, index) === 0);
    const collation = rest[collate + 1];
    if (collate >= 0 && collation !== undefined) collations.set(name.value, collation.value);
  }
  return {
    columns,
    collations,
    constraints: constraints.sort(),
    autoincrement: tokens.some((token) => is(token, 'AUTOINCREMENT')),
  };
}

/** SQLite lets the comma between table constraints be left out (parse.y, conslist). */
function separateConstraints(part: readonly Token[]): readonly (readonly Token[])[] {
  const starts = [0];
  for (let at = 1; at < part.length; at++) {
    if (depthAt(part, at) > 0 || !is(part[at], ...TABLE_CONSTRAINT)) continue;
    const named = is(part[at - 2], 'CONSTRAINT') && !is(part[at], 'CONSTRAINT');
    if (!named && !is(part[at - 1], 'CONSTRAINT')) starts.push(at);
  }
  return starts.map((start, index) => part.slice(start, starts[index + 1]));
}

function splitAtCommas(tokens: readonly Token[], open: number): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let at = open + 1; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (is(token, '(')) depth++;
    if (is(token, ')') && depth-- === 0) break;
    if (is(token, ',') && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

function depthAt(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (const token of tokens.slice(0, index)) depth += is(token, '(') ? 1 : is(token, ')') ? -1 : 0;
  return depth;
}
