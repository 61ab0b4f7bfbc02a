import Table from 'cli-table3';
import type { Colors } from '../screen.ts';
import { clean } from './text.ts';

const NONE = '';
const NO_LINES = {
  top: NONE,
  'top-mid': NONE,
  'top-left': NONE,
  'top-right': NONE,
  bottom: NONE,
  'bottom-mid': NONE,
  'bottom-left': NONE,
  'bottom-right': NONE,
  left: NONE,
  'left-mid': NONE,
  mid: NONE,
  'mid-mid': NONE,
  right: NONE,
  'right-mid': NONE,
  middle: '  ',
};

/** A table without lines. Cells are cleaned here, so that no caller can forget to. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[], colors: Colors): string {
  const made = new Table({
    head: head.map((title) => colors.dim(title)),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) made.push(row.map((cell) => (cell instanceof Painted ? cell.text : clean(cell, 160))));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A cell that was cleaned and then coloured. */
export class Painted {
  readonly text: string;

  constructor(value: unknown, paint: (text: string) => string) {
    this.text = paint(clean(value, 160));
  }
}

/** Names to the left, values to the right. */
export function pairs(rows: readonly (readonly [name: string, value: string | undefined])[], colors: Colors): string {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined && row[1] !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${colors.dim(name.padEnd(width))}  ${value}`).join('\n');
}
