import type { Node } from 'libpg-query';
import type { Account } from './account.ts';
import { builtinVolatility } from './builtin-functions.ts';
import { stringsOf, visitNodes } from './nodes.ts';

/** True where an expression must be worked out row by row: it calls a volatile function, or one nobody has seen. */
export function isVolatile(account: Account, expression: unknown): boolean {
  let found = false;
  visitNodes(expression, (kind, node) => {
    if (kind === 'FuncCall' && volatilityOf(account, stringsOf(node.funcname as Node[])) !== 'steady') found = true;
  });
  return found;
}

/** Functions that a statement calls and whose bodies could do anything. */
export function unseenFunctions(account: Account, tree: unknown): string[] {
  const unseen = new Set<string>();
  visitNodes(tree, (kind, node) => {
    if (kind !== 'FuncCall') return;
    const name = stringsOf(node.funcname as Node[]);
    if (volatilityOf(account, name) === 'unseen') unseen.add(name.join('.'));
  });
  return [...unseen];
}

function volatilityOf(account: Account, parts: readonly string[]): 'steady' | 'volatile' | 'unseen' {
  const name = parts.at(-1) ?? '';
  const schema = parts.length > 1 ? parts.at(-2) : undefined;
  const own = ownVolatility(account, name, schema);
  if (own !== undefined) return own;
  if (schema !== undefined && schema !== 'pg_catalog' && schema !== 'public' && schema !== 'extensions')
    return 'unseen';
  return builtinVolatility(name) ?? 'unseen';
}

/** The declared volatility of the user's function; PostgreSQL promises that only volatile ones change anything. */
function ownVolatility(account: Account, name: string, schema: string | undefined): 'steady' | 'unseen' | undefined {
  let found: 'steady' | 'unseen' | undefined;
  for (const id of account.draft.ids()) {
    if (!id.startsWith('function:')) continue;
    const spelling = id.slice('function:'.length, id.indexOf('('));
    if (spelling !== `${schema ?? 'public'}.${name}`) continue;
    const volatility = account.draft.get(id)?.volatility;
    const isSteady = volatility === 'immutable' || volatility === 'stable';
    found = isSteady && found !== 'unseen' ? 'steady' : 'unseen';
  }
  return found;
}

/**
 * Columns that a CHECK's text proves never NULL: the parts of a plain conjunction that are just `column IS NOT NULL`, as
 * PostgreSQL's ConstraintImpliedByRelConstraint accepts them. Anything else proves nothing here.
 */
export function columnsProvenNotNull(definition: string): string[] {
  if (/\b(?:OR|CASE|NOT\s*\()/i.test(definition)) return [];
  const expression = definition.replace(/^\s*CHECK\b/i, '').replace(/\bNOT VALID\s*$/i, '');
  return expression.split(/\bAND\b/i).flatMap((part) => {
    const match = /^[\s(]*(?:"((?:[^"]|"")+)"|([A-Za-z_]\w*))\s+IS\s+NOT\s+NULL[\s)]*$/i.exec(part);
    if (match === null) return [];
    return [match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').toLowerCase()];
  });
}
