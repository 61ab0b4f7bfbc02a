import { canonicalUrl } from './database-url.ts';
import type { Secret } from './secret.ts';

/** A server's URL taken apart, decoded. For `io/` only: it holds the password. */
export interface UrlParts {
  readonly user?: string;
  readonly password?: string;
  readonly hosts: readonly { readonly host: string; readonly port: string }[];
  readonly database?: string;
  readonly query: URLSearchParams;
}

/** Undefined for a file's address. `URL` cannot read several hosts, a missing one, or a folder of sockets in the place of a host. */
export function partsOf(url: Secret, root: string): UrlParts | undefined {
  // In the canonical form user and password are percent-encoded, so the first @, / and ? are the ones that divide.
  const found = /^[a-z+]+:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?/i.exec(
    canonicalUrl(url, root)?.reveal() ?? '',
  );
  if (!found) return undefined;
  const [, credentials = '', places = '', path = '', query = ''] = found;
  const colon = credentials.indexOf(':');
  const user = decode(colon < 0 ? credentials : credentials.slice(0, colon));
  return {
    ...(user !== '' && { user }),
    ...(colon >= 0 && { password: decode(credentials.slice(colon + 1)) }),
    hosts: places
      .split(',')
      .filter((place) => place !== '')
      .map(hostAndPort),
    ...(path !== '' && { database: decode(path) }),
    query: new URLSearchParams(query),
  };
}

function hostAndPort(place: string): { readonly host: string; readonly port: string } {
  const found = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(place);
  // A folder of sockets stands percent-encoded in the place of the host.
  return { host: decode(found?.[1] ?? place).replace(/^\[|\]$/g, ''), port: found?.[2] ?? '' };
}

/** Text with a stray % is meant as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
