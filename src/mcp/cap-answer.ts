import type { Answer } from './define-tool.ts';

/** In characters of JSON: with the text beside it, below 4,000 tokens even where digests and ids make tokens short. */
const LARGEST_ANSWER = 9_500;
const LONGEST_TEXT = 700;
/** With `detail: "full"` there still is an end: no client takes in megabytes. */
const LARGEST_FULL_ANSWER = 200_000;

interface Cut {
  readonly list: string;
  readonly shown: number;
  readonly total: number;
  /** Give this as `cursor` for what follows; only lists at the top can be paged. */
  readonly cursor?: string;
}

/** Cuts an answer's longest lists until it fits, and says how many there were and how to have the rest. */
export function capAnswer(answer: Answer, asked: Readonly<Record<string, unknown>>): Answer {
  const limit = asked.detail === 'full' ? LARGEST_FULL_ANSWER : LARGEST_ANSWER;
  const cursor = typeof asked.cursor === 'string' ? readCursor(asked.cursor) : undefined;
  if (cursor === undefined && sizeOf(answer) <= limit) return answer;
  const copy = JSON.parse(JSON.stringify(answer)) as Record<string, unknown> & Answer;
  const cuts = new Map<string, Cut>();
  const pageStart = cursor === undefined ? 0 : turnTo(copy, cursor, cuts);
  if (asked.detail !== 'full') shortenTexts(copy, LONGEST_TEXT);
  while (sizeOf(copy) + sizeOf([...cuts.values()]) > limit) {
    const longest = lists(copy).sort((a, b) => b.size - a.size)[0];
    if (!longest) break;
    const total = cuts.get(longest.path)?.total ?? longest.list.length;
    longest.list.splice(Math.floor(longest.list.length * 0.7));
    const start = cursor?.list === longest.path ? pageStart : 0;
    cuts.set(longest.path, cutOf(longest.path, longest.list.length, total, start));
  }
  if (sizeOf(copy) > limit) shortenTexts(copy, 120);
  if (cuts.size === 0) return copy;
  return {
    ...copy,
    cut: [...cuts.values()],
    more: 'Lists named in "cut" are longer: ask again with detail "full", or with its cursor.',
  };
}

function cutOf(list: string, shown: number, total: number, start: number): Cut {
  const end = start + shown;
  return { list, shown, total, ...(!list.includes('.') && end < total && { cursor: `${list}:${end}` }) };
}

function readCursor(text: string): { readonly list: string; readonly start: number } | undefined {
  const found = /^(\w+):(\d+)$/.exec(text);
  return found ? { list: found[1] ?? '', start: Number(found[2]) } : undefined;
}

/** Leaves of the other lists only their counts, so that the page asked for has room. */
function turnTo(
  answer: Record<string, unknown>,
  cursor: { list: string; start: number },
  cuts: Map<string, Cut>,
): number {
  const wanted = answer[cursor.list];
  if (!Array.isArray(wanted)) return 0;
  const total = wanted.length;
  for (const [name, value] of Object.entries(answer)) {
    if (!Array.isArray(value) || name === 'next' || name === cursor.list || value.length === 0) continue;
    cuts.set(name, cutOf(name, 0, value.length, 0));
    value.length = 0;
  }
  wanted.splice(0, cursor.start);
  cuts.set(cursor.list, cutOf(cursor.list, wanted.length, total, cursor.start));
  return cursor.start;
}

interface Found {
  readonly path: string;
  readonly list: unknown[];
  readonly size: number;
}

/** Every list that can be made shorter; a list inside a longer one is cut first, so that each entry keeps something. */
function lists(value: unknown, path = ''): Found[] {
  if (value === null || typeof value !== 'object') return [];
  const inner = Object.entries(value)
    .filter(([name]) => path !== '' || (name !== 'next' && name !== 'error'))
    .flatMap(([name, part]) => lists(part, path === '' ? name : `${path}.${name}`));
  if (!Array.isArray(value) || value.length < 2) return inner;
  return [...inner, { path, list: value, size: sizeOf(value) - Math.max(0, ...inner.map((one) => one.size)) }];
}

function shortenTexts(value: unknown, longest: number): void {
  if (value === null || typeof value !== 'object') return;
  const holder = value as Record<string, unknown>;
  for (const [name, part] of Object.entries(holder)) {
    if (typeof part === 'string' && part.length > longest && name !== 'planId' && name !== 'digest')
      holder[name] = shortened(part, longest);
    else shortenTexts(part, longest);
  }
}

/** A fence that is cut open is closed again. */
function shortened(text: string, longest: number): string {
  const kept = `${text.slice(0, longest)}… (${text.length - longest} more characters)`;
  return kept.lastIndexOf('⟪') > kept.lastIndexOf('⟫') ? `${kept}⟫` : kept;
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
