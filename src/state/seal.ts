import { createHmac, timingSafeEqual } from 'node:crypto';
import { sealKey } from '../io/user-folder.ts';

/** Binds a record to this user: made with a key that lies outside the workspace, where an assistant's edits do not reach. */
export function sealOf(kind: string, text: string): string {
  return createHmac('sha256', sealKey()).update(`${kind}\n${text}`).digest('hex');
}

export function isSealed(kind: string, text: string, seal: unknown): boolean {
  const [given, right] = [Buffer.from(String(seal)), Buffer.from(sealOf(kind, text))];
  return given.length === right.length && timingSafeEqual(given, right);
}
