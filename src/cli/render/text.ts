import { plain } from '../../core/untrusted.ts';

const LONGEST = 20_000;

/** Text of an answer, made harmless for a terminal: no control characters, no direction marks. Fences of ours stay. */
export function clean(value: unknown, cap = LONGEST): string {
  return String(value ?? '')
    .split(/([⟪⟫])/)
    .map((part) => (part === '⟪' || part === '⟫' ? part : plain(part, cap)))
    .join('');
}

/** The same for text of several lines, such as SQL: each line is cleaned, the line ends stay. */
export function cleanLines(value: unknown): readonly string[] {
  return String(value ?? '')
    .split(/\r\n?|\n/)
    .map((line) => clean(line.replaceAll('\t', '  ')));
}

export function indent(lines: readonly string[], by: string): string {
  return lines.map((line) => `${by}${line}`).join('\n');
}

/** Characters that JSON may hold as they are and a terminal would obey or hide; as escapes they mean the same to a parser. */
const OBEYED = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function jsonForTerminal(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000
    ? `${(ms / 1_000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

export function bytes(size: number): string {
  if (size < 1_024) return `${size} bytes`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length, Math.floor(Math.log2(size) / 10));
  return `${(size / 1_024 ** power).toFixed(1)} ${units[power - 1]}`;
}
