import type { EngineId } from '../core/ids.ts';
import type { DatabaseHandle } from '../core/ports.ts';
import { describeUrl } from './database-url.ts';
import { remember } from './redact.ts';
import type { Secret } from './secret.ts';
import { partsOf } from './url-parts.ts';

interface Reach {
  readonly url: Secret;
  readonly root: string;
}

const SECRET_PARAMETER = /password|token|secret|sslkey$/i;

/** How to reach what a handle names. Not a property of the handle, so that no one who holds a handle can print it. */
const reaches = new WeakMap<DatabaseHandle, Reach>();

/** Makes the name that the rest of the program uses for a database. Relative SQLite paths are relative to `root`. */
export function handleFor(url: Secret, root: string): DatabaseHandle {
  const described = describeUrl(url, root);
  const handle = Object.freeze({ engine: described.engine as EngineId, place: described.place }) as DatabaseHandle;
  rememberParts(url, root);
  reaches.set(handle, { url, root });
  return handle;
}

/** The way back, for drivers and programs in `io/` only. */
export function reach(handle: DatabaseHandle): Reach {
  const found = reaches.get(handle);
  if (!found) throw new Error('a database handle that was not made by handleFor');
  return found;
}

function rememberParts(url: Secret, root: string): void {
  const parts = partsOf(url, root);
  if (parts?.password) {
    remember(parts.password);
    const asWritten = writtenPassword(url.reveal(), parts.password);
    if (asWritten !== undefined) remember(asWritten);
  }
  for (const [name, value] of parts?.query ?? []) if (SECRET_PARAMETER.test(name)) remember(value);
  const token = /[?&]authToken=([^&]+)/i.exec(url.reveal())?.[1];
  if (token) remember(token);
}

/** A password may be percent-encoded in more places than it must be, and a program repeats it as it was given. */
function writtenPassword(text: string, password: string): string | undefined {
  const start = text.indexOf(':', text.indexOf('//') + 2) + 1;
  for (let at = text.indexOf('@', start); at >= 0; at = text.indexOf('@', at + 1)) {
    const written = text.slice(start, at);
    if (safeDecode(written) === password) return written;
  }
  return undefined;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
