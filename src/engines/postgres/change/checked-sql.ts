import { wrong } from '../../../core/change-request.ts';
import { parseSql } from '../parser.ts';

type Node = Readonly<Record<string, unknown>>;

/** The text, if it is one type name and nothing else; types come from outside and stand unquoted in statements. */
export async function checkedType(type: string, field = 'type'): Promise<string> {
  const value = await onlyTarget(`SELECT (NULL::${type})`);
  const cast = value?.TypeCast as { arg?: { A_Const?: { isnull?: boolean } }; typeName?: unknown } | undefined;
  if (cast?.arg?.A_Const?.isnull !== true || cast.typeName === undefined)
    throw wrong(field, 'the name of one PostgreSQL type');
  return type.trim();
}

/** The text, if it is one expression and nothing else. */
export async function checkedExpression(expression: string, field: string): Promise<string> {
  // Bare, so that it cannot close our parenthesis; and in one, so that it cannot comment out what follows.
  const both = [await onlyTarget(`SELECT ${expression}`), await onlyTarget(`SELECT (${expression})`)];
  if (both.includes(undefined)) throw wrong(field, 'one SQL expression');
  return expression.trim();
}

/** The text as a DEFAULT takes it: anything but a plain value in parentheses, because DEFAULT binds tighter than expressions. */
export async function checkedDefault(expression: string, field = 'default'): Promise<string> {
  const checked = await checkedExpression(expression, field);
  return /^(?:'(?:[^'\\]|'')*'|-?\d+(?:\.\d+)?|true|false|null|[a-z_]+\(\)|current_\w+)$/i.test(checked)
    ? checked
    : `(${checked})`;
}

/** Value of the only target of the only statement, if it is a SELECT of nothing else. */
async function onlyTarget(sql: string): Promise<Node | undefined> {
  const parsed = await parseSql(sql);
  if (!parsed.ok || parsed.statements.length !== 1) return undefined;
  const select = (parsed.statements[0]?.stmt as { SelectStmt?: Node } | undefined)?.SelectStmt;
  if (select === undefined) return undefined;
  const extra = Object.keys(select).filter((key) => !['targetList', 'limitOption', 'op'].includes(key));
  const targets = select.targetList as readonly { ResTarget?: { name?: string; val?: Node } }[] | undefined;
  const target = targets?.[0]?.ResTarget;
  if (extra.length > 0 || targets?.length !== 1 || target?.name !== undefined) return undefined;
  // `SELECT 1 name` names its target, `SELECT *` is a column reference to everything.
  const reference = target?.val?.ColumnRef as { fields?: readonly Node[] } | undefined;
  return reference?.fields?.some((part) => 'A_Star' in part) ? undefined : target?.val;
}
