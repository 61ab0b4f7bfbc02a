import type { Reader } from '../../core/ports.ts';

/** Pages times their size: the file without its write-ahead log. */
export async function size(reader: Reader): Promise<number> {
  const [row] = await reader.query('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
  return Number(row?.bytes ?? 0);
}
