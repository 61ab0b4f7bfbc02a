import { performance } from 'node:perf_hooks';
import type { Answer } from '../../mcp/define-tool.ts';
import { clean, duration } from '../render/text.ts';
import type { Screen } from '../screen.ts';

/** Thrown where a claim was false: what follows in the chapter would stand on it. */
export class ChapterBroken extends Error {}

/** Tells the story and keeps the count of what was claimed and what of it was true. */
export class Teller {
  readonly #screen: Screen;
  readonly #began = performance.now();
  #section = performance.now();
  #inSection = false;
  #claims = 0;
  #false: string[] = [];
  #falseBefore = 0;
  #last: Answer | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  get claims(): number {
    return this.#claims;
  }

  get broken(): readonly string[] {
    return this.#false;
  }

  elapsed(): string {
    return duration(performance.now() - this.#began);
  }

  chapter(title: string): void {
    this.#endSection();
    this.#falseBefore = this.#false.length;
    const { colors, out } = this.#screen;
    out(`\n${colors.bold(colors.inverse(` ${title} `))}`);
  }

  section(title: string): void {
    this.#endSection();
    if (this.#false.length > this.#falseBefore) throw new ChapterBroken();
    const { colors, out } = this.#screen;
    out(`\n${colors.bold(title)}`);
    this.#section = performance.now();
    this.#inSection = true;
  }

  /** The tools' answers, so that a false claim can be explained. */
  saw(answer: Answer): void {
    this.#last = answer;
  }

  say(text: string): void {
    this.#screen.out(`  ${text}`);
  }

  /** A claim is printed with what came of checking it; nothing is claimed that is not checked. */
  check(claim: string, condition: boolean): void {
    const { colors, out } = this.#screen;
    this.#claims++;
    if (!condition) this.#false.push(claim);
    out(`  ${condition ? colors.green('✓') : colors.red('✗')} ${claim}`);
    const error = this.#last?.error;
    if (!condition)
      out(colors.dim(`    the last answer: ${this.#last?.outcome} ${error?.code ?? ''} ${clean(error?.message)}`));
  }

  end(): void {
    this.#endSection();
  }

  #endSection(): void {
    if (this.#inSection) this.#screen.out(this.#screen.colors.dim(`  ${duration(performance.now() - this.#section)}`));
    this.#inSection = false;
  }
}
