import type { PGlite } from '@electric-sql/pglite';

const READY = 'Z'.charCodeAt(0);
const HEADER_BYTES = 5;
/** Parse, Bind, Describe, Execute, Close, Flush: the messages that the protocol answers without ReadyForQuery. */
const UNSYNCED = new Set([...'PBDECH'].map((letter) => letter.charCodeAt(0)));

/**
 * Makes embedded PostgreSQL say ReadyForQuery once per Sync. PGlite 0.5.8 says it right after an error in the extended protocol and
 * again at the Sync; a driver then takes every later answer for the one before (seen with pg 8.23: a refused statement passed for done).
 */
export function answerOncePerSync(database: PGlite): void {
  const original = database.execProtocolRawStream.bind(database);
  database.execProtocolRawStream = async (message, options) => {
    if (!UNSYNCED.has(message[0] ?? 0)) return await original(message, options);
    const filter = withoutReady();
    return await original(message, {
      ...options,
      onRawData: (data) => {
        const kept = filter(data);
        if (kept.length > 0) options?.onRawData?.(kept);
      },
    });
  };
}

/** Takes ReadyForQuery out of a stream of messages that arrives in pieces cut anywhere. */
export function withoutReady(): (piece: Uint8Array) => Uint8Array {
  let header: number[] = [];
  let bodyLeft = 0;
  let dropping = false;
  return (piece) => {
    const kept: Uint8Array[] = [];
    for (let at = 0; at < piece.length; ) {
      if (bodyLeft > 0) {
        const end = Math.min(piece.length, at + bodyLeft);
        if (!dropping) kept.push(piece.subarray(at, end));
        bodyLeft -= end - at;
        at = end;
        continue;
      }
      header.push(piece[at++] ?? 0);
      if (header.length < HEADER_BYTES) continue;
      const bytes = Buffer.from(header);
      header = [];
      // The length counts itself and not the letter before it.
      bodyLeft = bytes.readInt32BE(1) - 4;
      dropping = bytes[0] === READY;
      if (!dropping) kept.push(bytes);
    }
    return Buffer.concat(kept);
  };
}
