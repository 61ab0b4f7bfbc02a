import type { Reader } from '../../core/ports.ts';

/** Size of the whole database in bytes, tables, indexes and what deletes left behind. */
export async function size(reader: Reader): Promise<number> {
  const [row] = await reader.query('SELECT pg_database_size(current_database())::text AS bytes');
  return Number(row?.bytes);
}
