import type { AuditEntry } from '../../state/audit.ts';
import type { Colors } from '../screen.ts';
import { table } from './table.ts';
import { clean } from './text.ts';

export function renderTrail(entries: readonly AuditEntry[], colors: Colors): string | undefined {
  if (entries.length === 0) return 'Nothing has been done here yet.';
  return table(
    ['', 'when', 'what', 'about'],
    entries.map((entry) => [entry.position, entry.at, entry.event, about(entry.data)]),
    colors,
  );
}

function about(data: unknown): string {
  if (data === null || typeof data !== 'object') return clean(data);
  return Object.entries(data)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value).slice(0, 40)}`)
    .join(' · ');
}
