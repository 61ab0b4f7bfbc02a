/** How much of a foreign text is ever repeated, in characters. */
const CAP = 2_000;

/**
 * Wraps text that came from a database, a file or another program before it reaches a model or a terminal: control characters
 * are taken out, it is cut, and it stands between marks that the text itself cannot contain.
 */
export function fence(text: string, cap = CAP): string {
  return `⟪untrusted: ${plain(text, cap)}⟫`;
}

/** A name from outside, made fit to stand inside a sentence of ours: one line, no control characters, no fence marks. */
export function plain(text: string, cap = 200): string {
  const clean = text
    // ANSI escapes first, whole, so that their letters do not stay behind.
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g, '')
    .replace(/[⟪⟫]/g, '·')
    .replace(/\r\n?|\n|\t/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu, '');
  return clean.length > cap ? `${clean.slice(0, cap)}… (${clean.length - cap} more characters)` : clean;
}

/** The text without a database's name: where a person's answer is due, the name is what grants, and no one else may read it there (P3). */
export function withoutName(text: string, name: string): string {
  if (name === '') return text;
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_-])${pattern}(?![\\p{L}\\p{N}_-])`, 'gu'), 'the database');
}
