import type { ColumnDef, Constraint, Node } from 'libpg-query';
import { childId, formatObjectId } from '../../core/object-id.ts';
import type { Account } from './account.ts';
import { addConstraint, type ConstraintTarget } from './constraints.ts';
import { isVolatile } from './expressions.ts';
import { isSerial, typeText } from './types.ts';

/** What a column's definition asks for. */
export interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** The default's value differs from row to row, so that every row is written. */
  readonly fillsRows: boolean;
  readonly constraints: readonly Constraint[];
}

/** Reads a column's definition. */
export function columnFacts(account: Account, definition: ColumnDef): ColumnFacts {
  const constraints = (definition.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  const of = (kind: string) => constraints.find((one) => one.contype === kind);
  const serial = isSerial(definition.typeName);
  const fallback = of('CONSTR_DEFAULT')?.raw_expr;
  const generated = of('CONSTR_GENERATED');
  const identity = of('CONSTR_IDENTITY') !== undefined;
  const stored = generated !== undefined && (generated.generated_kind === 's' || account.major < 18);
  const type = typeText(definition.typeName);
  const isNull = fallback !== undefined && 'A_Const' in fallback && fallback.A_Const.isnull === true;
  return {
    name: definition.colname ?? '',
    type,
    notNull: serial || identity || of('CONSTR_NOTNULL') !== undefined || of('CONSTR_PRIMARY') !== undefined,
    hasDefault: serial || identity || generated !== undefined || (fallback !== undefined && !isNull),
    fillsRows: serial || identity || stored || isVolatile(account, fallback) || isConstrainedDomain(account, type),
    constraints,
  };
}

/** Puts a column into the schema. */
export function recordColumn(account: Account, relation: string, facts: ColumnFacts): void {
  account.draft.set(childId(`table:${relation}`, 'column', facts.name), {
    type: facts.type,
    notNull: facts.notNull,
    ...(facts.hasDefault && { default: 'set' }),
    createdHere: true,
  });
}

/** Constraints written beside a column are the table's, on that one column. */
export function recordColumnConstraints(account: Account, target: ConstraintTarget, facts: ColumnFacts): void {
  for (const constraint of facts.constraints) {
    const key: Node = { String: { sval: facts.name } };
    if (constraint.contype === 'CONSTR_FOREIGN') addConstraint(account, target, { ...constraint, fk_attrs: [key] });
    else addConstraint(account, target, { ...constraint, keys: [key] });
  }
}

/** A domain with a CHECK or NOT NULL makes PostgreSQL evaluate it for every row. */
export function isConstrainedDomain(account: Account, type: string): boolean {
  const domain = domainOf(account, type);
  return (
    domain !== undefined &&
    (domain.notNull === true || Object.keys((domain.checks as object | undefined) ?? {}).length > 0)
  );
}

/** The user's domain of this name, where the schema has it. */
export function domainOf(account: Account, type: string): Readonly<Record<string, unknown>> | undefined {
  const parts = type.split('.');
  const name = [parts.length > 1 ? (parts[0] ?? '') : 'public', parts.at(-1) ?? ''];
  return account.draft.get(formatObjectId({ kind: 'domain', name }));
}
