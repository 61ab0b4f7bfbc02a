import { clean, duration } from './render/text.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Nobody needs to be told of what is over before they wonder. */
const QUIET_MS = 1_000;
const FRAME_MS = 120;

/** Shows on a terminal what takes long; says nothing where stderr is none. */
export class Progress {
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #message = '';
  #fraction: number | undefined;
  #frame = 0;
  #shown = false;
  #paused = false;

  constructor(wanted = process.stderr.isTTY === true) {
    if (!wanted) return;
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
    this.#timer.unref();
  }

  report(message: string, fraction?: number): void {
    this.#message = clean(message, 200);
    this.#fraction = fraction;
  }

  /** Takes the line away while a person is asked or something is printed. */
  pause(): void {
    this.#clear();
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    const elapsed = performance.now() - this.#began;
    if (this.#paused || this.#message === '' || elapsed < QUIET_MS) return;
    const frame = FRAMES[this.#frame++ % FRAMES.length];
    const share = this.#fraction === undefined ? '' : ` ${Math.round(this.#fraction * 100)} %`;
    const line = `${frame} ${this.#message}${share} (${duration(elapsed)})`;
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 100) - 1)}`);
    this.#shown = true;
  }

  #clear(): void {
    if (this.#shown) process.stderr.write('\r\u001b[2K');
    this.#shown = false;
  }
}
