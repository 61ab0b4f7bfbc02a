import { LockkeeperError } from '../../core/errors.ts';
import type { Session, Workbench } from '../../core/ports.ts';
import { fence } from '../../core/untrusted.ts';
import type { Program } from './programs.ts';
import { requirePostgresProgram } from './programs.ts';

/** A foreign key of a backed-up table to one that is not in the backup, as an archive's list of contents names it. */
export interface ForeignKeyOut {
  readonly entry: string;
}

/** Such keys cannot be put back where the other table is missing; a restore leaves them out and says so by the list beside the dump. */
export async function foreignKeysOut(
  session: Session,
  tables: readonly { readonly oid: number }[],
): Promise<readonly ForeignKeyOut[]> {
  const ids = tables.map((table) => table.oid).join(', ') || '0';
  const rows = await session.query(`
    SELECT n.nspname AS schema, c.relname AS name, k.conname AS key
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'f' AND k.conrelid IN (${ids}) AND k.confrelid NOT IN (${ids})`);
  return rows.map((row) => ({ entry: ` FK CONSTRAINT ${row.schema} ${row.name} ${row.key} ` }));
}

/** Writes the archive's list of contents without these entries beside it; `restore` uses it where it finds it. Returns its file name. */
export async function listWithout(
  bench: Workbench,
  dump: Program,
  archive: string,
  out: readonly ForeignKeyOut[],
): Promise<string> {
  const program = await requirePostgresProgram(bench, 'pg_restore', dump.version);
  const result = await bench.run({ argv: [program.path, '--list', archive] });
  if (result.exitCode !== 0)
    throw new LockkeeperError('BACKUP.FAILED', `The new archive cannot be listed. ${fence(result.stderr)}`);
  const kept = result.stdout.split('\n').filter((line) => !out.some((key) => line.includes(key.entry)));
  const list = listBeside(archive);
  await bench.files.write(list, kept.join('\n'));
  return list.slice(list.lastIndexOf('/') + 1);
}

/** `tables.dump` → `tables.list`. */
export function listBeside(archive: string): string {
  return archive.replace(/\.dump$/, '.list');
}
