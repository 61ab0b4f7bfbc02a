import { type ColumnRequest, wrong } from '../../../core/change-request.ts';
import { holdsComment, is, quoteName, type Token, tokenize } from '../tokens.ts';

const TYPE = /^[A-Za-z_][A-Za-z0-9_]*(?: +[A-Za-z_][A-Za-z0-9_]*)*(?: *\( *[+-]?\d+ *(?:, *[+-]?\d+ *)?\))?$/;
const CONSTRAINT = [
  ...[
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
    'KEY',
  ],
  ...['AUTOINCREMENT', 'ON', 'FOREIGN', 'ALWAYS', 'DEFERRABLE', 'INITIALLY'],
];

/** The text, if it is one type name and nothing else; types come from outside and stand unquoted in statements. */
export function checkedType(type: string, field = 'type'): string {
  const trimmed = type.trim();
  const words = tokenize(trimmed) ?? [];
  if (!TYPE.test(trimmed) || words.some((word) => is(word, ...CONSTRAINT)))
    throw wrong(field, 'the name of one SQLite type');
  return trimmed;
}

/** The text in parentheses, if it is one expression and nothing else. */
export function checkedExpression(expression: string, field: string): string {
  const tokens = tokenize(expression);
  if (tokens === undefined || tokens.length === 0 || holdsComment(expression) || !isOne(tokens)) {
    throw wrong(field, 'one SQL expression');
  }
  return `(${expression.trim()})`;
}

/** The text as DEFAULT takes it: a literal as it is, anything else in parentheses. */
export function checkedDefault(expression: string, field = 'default'): string {
  const checked = checkedExpression(expression, field);
  const bare = checked.slice(1, -1);
  return /^(?:'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?|true|false|null|current_(?:date|time|timestamp))$/i.test(bare)
    ? bare
    : checked;
}

/** What follows a column's type. */
export function columnConstraints(column: ColumnRequest, prefix = ''): string {
  return [
    ...(column.nullable ? [] : ['NOT NULL']),
    ...(column.default === undefined ? [] : [`DEFAULT ${checkedDefault(column.default, `${prefix}default`)}`]),
  ].join(' ');
}

/** A column as CREATE TABLE and ADD COLUMN spell it. */
export function columnClause(column: ColumnRequest, prefix = ''): string {
  const parts = [
    quoteName(column.column),
    checkedType(column.type, `${prefix}type`),
    columnConstraints(column, prefix),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** No semicolon, no comma outside parentheses, and none of ours closed. */
function isOne(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (is(token, '(')) depth++;
    if (is(token, ')') && --depth < 0) return false;
    if (is(token, ';') || (is(token, ',') && depth === 0)) return false;
  }
  return depth === 0;
}
