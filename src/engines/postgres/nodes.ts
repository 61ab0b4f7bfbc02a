import type { Node, RangeVar } from 'libpg-query';
import type { Account } from './account.ts';
import { Lexer } from './lexer.ts';

/** The texts of a list of name parts. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** A relation as the statement names it, resolved. */
export function relationOf(account: Account, variable: RangeVar | undefined): string {
  return account.relation(variable?.relname ?? '', variable?.schemaname);
}

/** A relation named as a list of parts (DROP TABLE). */
export function relationNamed(account: Account, parts: readonly string[]): string {
  return account.relation(parts.at(-1) ?? '', parts.at(-2));
}

/** Calls `visit` on every node of a kind anywhere below. */
export function visitNodes(tree: unknown, visit: (kind: string, node: Record<string, unknown>) => void): void {
  if (Array.isArray(tree)) {
    for (const one of tree) visitNodes(one, visit);
  } else if (tree !== null && typeof tree === 'object') {
    for (const [key, value] of Object.entries(tree)) {
      // Nodes stand under their kind, which is capitalised; fields are not.
      if (/^[A-Z]/.test(key) && value !== null && typeof value === 'object' && !Array.isArray(value)) {
        visit(key, value as Record<string, unknown>);
      }
      visitNodes(value, visit);
    }
  }
}

/** Names of the columns an expression reads, without their tables. */
export function columnsIn(tree: unknown): string[] {
  const columns: string[] = [];
  visitNodes(tree, (kind, node) => {
    if (kind === 'ColumnRef') columns.push(stringsOf(node.fields as Node[]).at(-1) ?? '*');
  });
  return columns;
}

/** The clause that starts at a byte of the statement, up to the comma, bracket or end that closes it. */
export function clauseAt(sql: string, byte: number | undefined): string {
  const start = offsetOf(sql, byte ?? 0);
  const lexer = new Lexer(sql, start);
  let depth = 0;
  let end = start;
  while (lexer.next()) {
    if (lexer.kind === 'open') depth++;
    else if (lexer.kind === 'close' && --depth < 0) break;
    else if (depth === 0 && lexer.kind === 'other' && sql[lexer.start] === ',') break;
    if (lexer.kind !== 'space' && lexer.kind !== 'comment') end = lexer.end;
  }
  return sql.slice(start, end);
}

/** The parser counts bytes of UTF-8. */
function offsetOf(sql: string, byte: number): number {
  if (Buffer.byteLength(sql) === sql.length) return byte;
  return Buffer.from(sql).subarray(0, byte).toString().length;
}
