import type { DatabaseEngineFacts } from '../../core/database-engine.ts';
import { quoteName } from './tokens.ts';

/** What is true of every SQLite database. */
export const facts: DatabaseEngineFacts = {
  id: 'sqlite',
  label: 'SQLite',
  docs: 'https://www.sqlite.org/docs.html',
  transactionalDdl: true,
  quote: quoteName,
};

/** The URL of a SQLite file, whatever stands in its path. */
export function urlOfFile(path: string): string {
  return `sqlite:${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** SQLite's own bookkeeping. sqlite_sequence holds data, and is asked for by name where it matters. */
export const USER_OBJECTS = `name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
