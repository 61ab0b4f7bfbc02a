import type { Node, TypeName } from 'libpg-query';
import { stringsOf } from './nodes.ts';

/** The parser's internal names that format_type() spells otherwise. */
const SPELLING: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
  varbit: 'bit varying',
};
const SERIAL: Readonly<Record<string, string>> = {
  smallserial: 'smallint',
  serial2: 'smallint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
};

/** True for the pseudo-types that bring a sequence. */
export function isSerial(type: TypeName | undefined): boolean {
  return (stringsOf(type?.names).at(-1) ?? '') in SERIAL;
}

/** A type as format_type() spells it: `character varying(20)[]`. */
export function typeText(type: TypeName | undefined): string {
  const names = stringsOf(type?.names);
  const last = names.at(-1) ?? '';
  const base =
    SERIAL[last] ?? SPELLING[last] ?? names.filter((name) => name !== 'pg_catalog' && name !== 'public').join('.');
  const modifiers = (type?.typmods ?? []).map(numberOf).filter((one) => one !== undefined);
  // The parser says `interval(p)` as (range mask, p); the mask of all fields is not part of the name.
  const shown = last === 'interval' ? modifiers.slice(1) : modifiers;
  const array = (type?.arrayBounds ?? []).length > 0 ? '[]' : '';
  return `${withModifiers(base, shown)}${array}`;
}

function withModifiers(base: string, modifiers: readonly number[]): string {
  if (modifiers.length === 0) return base;
  const [first = '', ...rest] = base.split(' ');
  const isTime = first === 'timestamp' || first === 'time';
  return isTime ? `${first}(${modifiers}) ${rest.join(' ')}` : `${base}(${modifiers.join(',')})`;
}

function numberOf(node: Node): number | undefined {
  return 'A_Const' in node && node.A_Const.ival ? (node.A_Const.ival.ival ?? 0) : undefined;
}

/** What changing a column's type costs, and what it does to those who use it. */
export interface TypeChange {
  readonly rewrites: boolean;
  /** True where code written for the old type can fail. */
  readonly breaks: boolean;
  readonly loses: boolean;
}

interface Shape {
  readonly base: string;
  readonly size?: number;
  readonly scale?: number;
  readonly array: boolean;
}

const TEXT_LIKE = new Set(['text', 'character varying', 'citext']);
const WHOLE = ['smallint', 'integer', 'bigint'];

/** Judges a change between two types as format_type() spells them. What is free was measured on 11 to 18. */
export function judgeTypeChange(from: string, to: string, isUtc: boolean): TypeChange {
  const a = shapeOf(from);
  const b = shapeOf(to);
  if (from === to) return { rewrites: false, breaks: false, loses: false };
  if (a.array || b.array)
    return { rewrites: true, breaks: a.array !== b.array || !sameFamily(a.base, b.base), loses: false };
  if (a.base === b.base) return sameBase(a, b);
  const stays = sameFamily(a.base, b.base);
  if (TEXT_LIKE.has(a.base) && TEXT_LIKE.has(b.base)) {
    const narrows = b.size !== undefined && (a.size === undefined || b.size < a.size);
    return { rewrites: b.size !== undefined, breaks: narrows, loses: false };
  }
  if (
    (a.base === 'cidr' && b.base === 'inet') ||
    (a.base === 'bit' && b.base === 'bit varying' && b.size === undefined)
  ) {
    return { rewrites: false, breaks: false, loses: false };
  }
  if (isTimestamp(a.base) && isTimestamp(b.base))
    return { rewrites: !isUtc || b.size !== undefined, breaks: true, loses: false };
  return { rewrites: true, breaks: !stays, loses: losesBetween(a.base, b.base) };
}

function sameBase(a: Shape, b: Shape): TypeChange {
  if (a.base === 'numeric') {
    const narrower = b.size !== undefined && (a.size === undefined || b.size < a.size);
    const coarser = b.size !== undefined && (a.size === undefined || (b.scale ?? 0) < (a.scale ?? 0));
    const free = b.size === undefined || (!narrower && (b.scale ?? 0) === (a.scale ?? 0));
    return { rewrites: !free, breaks: coarser || narrower, loses: coarser };
  }
  const narrows = b.size !== undefined && (a.size === undefined || b.size < a.size);
  const isTime = isTimestamp(a.base) || a.base === 'interval' || a.base.startsWith('time ');
  // A padded or fixed-width value is stored at its width; char(n) and bit(n) are rewritten either way.
  const fixedWidth = a.base === 'character' || a.base === 'bit';
  return { rewrites: narrows || fixedWidth, breaks: narrows, loses: narrows && isTime };
}

function sameFamily(a: string, b: string): boolean {
  if (a === b || (TEXT_LIKE.has(a) && TEXT_LIKE.has(b))) return true;
  // Clients read an enum as text already, so text in its place looks the same to them.
  return b === 'text' && !KNOWN.has(a);
}

function losesBetween(a: string, b: string): boolean {
  if (a === 'numeric') return b === 'double precision' || b === 'real' || WHOLE.includes(b);
  if (a === 'double precision') return b === 'real' || WHOLE.includes(b);
  if (a === 'real') return WHOLE.includes(b);
  return isTimestamp(a) && (b === 'date' || b.startsWith('time '));
}

function isTimestamp(base: string): boolean {
  return base.startsWith('timestamp ');
}

function shapeOf(type: string): Shape {
  const array = type.endsWith('[]');
  const match = /^([^(]*)\((\d+)(?:,(-?\d+))?\)(.*)$/.exec(array ? type.slice(0, -2) : type);
  if (match === null) return { base: (array ? type.slice(0, -2) : type).trim(), array };
  const base = `${match[1]}${match[4]}`.trim();
  return { base, size: Number(match[2]), ...(base === 'numeric' && { scale: Number(match[3] ?? 0) }), array };
}

const KNOWN = new Set([
  ...Object.values(SPELLING),
  ...[
    'text',
    'citext',
    'numeric',
    'date',
    'interval',
    'uuid',
    'json',
    'jsonb',
    'bytea',
    'inet',
    'cidr',
    'macaddr',
    'bit',
    'xml',
    'money',
  ],
  ...['name', 'oid', 'point', 'tsvector', 'tsquery'],
]);

/** True for a type that PostgreSQL or a common extension brings, so no domain or enum of the user's. */
export function isKnownType(type: string): boolean {
  const { base } = shapeOf(type);
  return KNOWN.has(base);
}
