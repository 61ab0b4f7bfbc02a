import { LockkeeperError } from '../../core/errors.ts';
import type { Context, NewMigration } from '../../core/migration-tool.ts';

/** A new file in the folder's own style: pairs where it has pairs, numbers where it counts, time stamps otherwise. */
export async function newMigration(
  migration: NewMigration,
  { project, reader }: Pick<Context, 'project' | 'reader'>,
): Promise<readonly { readonly path: string; readonly contents: string }[]> {
  const names = (await reader.list(project.migrationsDir)).filter((name) => /^\d+.*\.sql$/i.test(name));
  const version = nextVersion(names, migration.at);
  const stem = `${project.migrationsDir}/${version}_${slug(migration.name)}`;
  const heading = migration.transaction === false ? '-- lockkeeper: no-transaction\n' : '';
  if (names.some((name) => /\.up\.sql$/i.test(name)))
    return [
      { path: `${stem}.up.sql`, contents: heading + body(migration.up) },
      { path: `${stem}.down.sql`, contents: heading + body(migration.down) },
    ];
  return [
    { path: `${stem}.sql`, contents: `${heading}-- UP\n${body(migration.up)}\n-- DOWN\n${body(migration.down)}` },
  ];
}

function body(statements: readonly string[]): string {
  return statements.map((statement) => `${statement.trim().replace(/;$/, '')};\n`).join('');
}

function nextVersion(names: readonly string[], at: Date): string {
  const numbers = names.map((name) => /^\d+/.exec(name)?.[0] ?? '');
  const longest = Math.max(0, ...numbers.map((number) => number.length));
  // Eight digits and more are dates; below that the folder counts.
  if (names.length > 0 && longest < 8) {
    const next = numbers.reduce((highest, number) => (BigInt(number) > highest ? BigInt(number) : highest), 0n) + 1n;
    return next.toString().padStart(longest, '0');
  }
  const stamp = at.toISOString().replace(/\D/g, '').slice(0, 14);
  const latest = numbers.reduce((highest, number) => (number.length === 14 && number > highest ? number : highest), '');
  // A clock behind the newest file, or two in one second, must not put the new one before it.
  return latest >= stamp ? (BigInt(latest) + 1n).toString() : stamp;
}

function slug(name: string): string {
  const clean = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
    .slice(0, 80);
  if (clean === '')
    throw new LockkeeperError(
      'INPUT.INVALID',
      'The field "name" needs at least one letter or digit to make a file name of.',
    );
  return clean;
}
