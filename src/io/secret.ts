import { inspect } from 'node:util';

/**
 * A value that must never be seen: a connection string, a password (P8). However it is printed, logged, put into JSON or into a
 * message, it says `[secret]`. Only code in `io/` may call `reveal`; a test reads the imports to make sure.
 */
export class Secret {
  readonly #value: string;

  private constructor(value: string) {
    this.#value = value;
  }

  static of(value: string): Secret {
    return new Secret(value);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.toPrimitive](): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
