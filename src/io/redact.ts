/** Secrets seen by this process, so that a program's or a driver's own words can be cleaned of them before anyone reads them. */
const known = new Set<string>();

/** Remembers a secret's text and the forms in which programs repeat it. Short ones are left out: they would blot out ordinary words. */
export function remember(secret: string): void {
  if (secret.length < 4) return;
  for (const form of [secret, encodeURIComponent(secret), safeDecode(secret), Buffer.from(secret).toString('base64')])
    if (form.length >= 4) known.add(form);
}

/** The text without known secrets and without the password of anything that looks like a URL. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of [...known].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, '[secret]');
  // A scheme is short; without an end to it `a.a.a.…` is read again from every point.
  return clean
    .replace(/\b([a-z][a-z0-9+.-]{0,40}:\/\/)[^\s/?#]*@/gi, '$1[secret]@')
    .replace(
      /\b(password|passwd|pwd|authtoken|auth_token)(\s*[=:]\s*)(?!\[secret\])("[^"]*"|'[^']*'|[^\s&;,]+)/gi,
      '$1$2[secret]',
    );
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
