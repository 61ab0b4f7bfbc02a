import pc from 'picocolors';
import { redact } from '../io/redact.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command's words go. `out` is the result (stdout), `aside` everything beside it (stderr). */
export interface Screen {
  readonly colors: Colors;
  /** Colours for what goes to stderr. */
  readonly asideColors: Colors;
  /** Columns; 100 where the output is no terminal. */
  readonly width: number;
  out(text: string): void;
  aside(text: string): void;
}

export function createScreen(): Screen {
  const plain = (process.env.NO_COLOR ?? '') !== '' || process.env.TERM === 'dumb';
  return {
    colors: pc.createColors(process.stdout.isTTY === true && !plain),
    asideColors: pc.createColors(process.stderr.isTTY === true && !plain),
    width: Math.max(60, Math.min(process.stdout.columns ?? 100, 140)),
    // Redacted as the last thing before the terminal, whatever forgot to do so before.
    out: (text) => void process.stdout.write(`${redact(text)}\n`),
    aside: (text) => void process.stderr.write(`${redact(text)}\n`),
  };
}
