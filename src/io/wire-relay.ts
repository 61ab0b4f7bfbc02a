import type { Socket } from 'node:net';
import type pgModule from 'pg';

const STARTUP = 196_608;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);

/** pg's inner parts, which its types leave out. */
interface Wire {
  readonly stream: Socket;
  on(event: 'parameterStatus', listener: (message: { parameterName: string; parameterValue: string }) => void): void;
}

/**
 * Lets a program that speaks PostgreSQL's protocol use a connection that pg has opened and authenticated, whatever that took. The
 * program's own startup is answered here with what the server told pg. One exchange at a time.
 */
export class WireRelay {
  readonly #client: pgModule.Client;
  readonly #parameters = new Map<string, string>();
  #sent: Buffer = Buffer.alloc(0);
  #received: Buffer[] = [];
  #started = false;
  #gone = false;
  #wake: (() => void) | undefined;

  /** Before the client connects, so that it hears the server's parameters. */
  constructor(client: pgModule.Client) {
    this.#client = client;
    this.#wire().on('parameterStatus', (message) => {
      this.#parameters.set(message.parameterName, message.parameterValue);
    });
  }

  /** After the client has connected: from here on the bytes are the program's. */
  take(): void {
    const { stream } = this.#wire();
    stream.removeAllListeners('data');
    stream.on('data', (data: Buffer) => {
      this.#received.push(data);
      this.#wake?.();
    });
    stream.on('close', () => {
      this.#gone = true;
      this.#wake?.();
    });
  }

  /** Sends what the program wrote; the answer is empty until a message that the server answers is complete. */
  async exchange(bytes: Uint8Array): Promise<Uint8Array> {
    this.#sent = Buffer.concat([this.#sent, bytes]);
    let answers = 0;
    for (;;) {
      if (!this.#started) {
        const greeting = this.#greet();
        if (greeting) return greeting;
        if (this.#sent.length < 8) return Buffer.alloc(0);
        continue;
      }
      if (this.#sent.length < 5) break;
      const end = 1 + this.#sent.readInt32BE(1);
      if (this.#sent.length < end) break;
      const letter = this.#sent[0];
      if (letter === QUERY || letter === SYNC) answers++;
      if (letter !== TERMINATE) this.#wire().stream.write(this.#sent.subarray(0, end));
      this.#sent = this.#sent.subarray(end);
    }
    return answers === 0 ? Buffer.alloc(0) : await this.#until(answers);
  }

  #wire(): Wire {
    const inside: string = 'connection';
    return Reflect.get(this.#client, inside);
  }

  /** Answers a request for encryption with no (the way from the program to here is memory), and the startup with the server's parameters. */
  #greet(): Buffer | undefined {
    if (this.#sent.length < 8) return undefined;
    const length = this.#sent.readInt32BE(0);
    if (this.#sent.length < length) return Buffer.alloc(0);
    const code = this.#sent.readInt32BE(4);
    this.#sent = this.#sent.subarray(length);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return Buffer.from('N');
    if (code !== STARTUP) throw new Error('a startup message of another protocol');
    this.#started = true;
    const parts = [message('R', Buffer.alloc(4))];
    for (const [name, value] of this.#parameters) parts.push(message('S', Buffer.from(`${name}\0${value}\0`)));
    parts.push(message('K', Buffer.alloc(8)), message('Z', Buffer.from('I')));
    return Buffer.concat(parts);
  }

  async #until(answers: number): Promise<Buffer> {
    for (;;) {
      const all = Buffer.concat(this.#received);
      this.#received = [all];
      if (countReady(all) >= answers) {
        this.#received = [];
        return all;
      }
      if (this.#gone) throw new Error('the connection to the database was lost');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function countReady(bytes: Buffer): number {
  let found = 0;
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end <= bytes.length && bytes[at] === READY) found++;
    at = end;
  }
  return found;
}

function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
