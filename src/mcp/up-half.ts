/** The half of a migration file that goes forward, and where it stands. */
export interface UpHalf {
  readonly text: string;
  /** Lines of the file before the text. */
  readonly lineOffset: number;
  /** False where the file says that it runs outside a transaction. */
  readonly transaction: boolean;
}

/**
 * The marks of tools that keep both halves in one file: ours; goose (pressly.github.io/goose/documentation/annotations);
 * dbmate (github.com/amacneil/dbmate#creating-migrations).
 */
const MARKS: readonly (readonly [up: RegExp, down: RegExp])[] = [
  [/^[ \t]*--[ \t]*UP[ \t]*:?[ \t]*$/im, /^[ \t]*--[ \t]*DOWN[ \t]*:?[ \t]*$/im],
  [/^[ \t]*--[ \t]*\+goose[ \t]+Up\b.*$/im, /^[ \t]*--[ \t]*\+goose[ \t]+Down\b.*$/im],
  [/^[ \t]*--[ \t]*migrate:up\b.*$/im, /^[ \t]*--[ \t]*migrate:down\b.*$/im],
];
const NO_TRANSACTION =
  /^[ \t]*--[ \t]*(lockkeeper:[ \t]*no-transaction|\+goose[ \t]+NO[ \t]+TRANSACTION|migrate:up[ \t].*transaction:false)/im;

/** Only what would run on the way up is judged: a file's DROP in its down half is no danger. */
export function upHalfOf(text: string): UpHalf {
  for (const [upMark, downMark] of MARKS) {
    const up = upMark.exec(text);
    if (!up) continue;
    const down = downMark.exec(text);
    const start = up.index + up[0].length;
    const half = text.slice(start, down && down.index > start ? down.index : text.length);
    return {
      text: half,
      lineOffset: text.slice(0, start).split('\n').length - 1,
      transaction: !NO_TRANSACTION.test(text.slice(0, start) + half),
    };
  }
  return { text, lineOffset: 0, transaction: !NO_TRANSACTION.test(text) };
}
