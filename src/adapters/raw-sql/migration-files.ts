import { digestOf } from '../../core/digest.ts';
import { LockkeeperError } from '../../core/errors.ts';
import type { Reader } from '../../core/ports.ts';
import { plain } from '../../core/untrusted.ts';

/** One half of a migration, with where it stands so that hazards can name file and line. */
export interface Half {
  readonly file: string;
  readonly text: string;
  /** Lines before the text in its file. */
  readonly lineOffset: number;
  /** `-- lockkeeper: no-transaction` was said. */
  readonly transaction: boolean;
}

export interface MigrationFile {
  /** File name without `.sql` or `.up.sql`: what the history records and people say. */
  readonly id: string;
  /** The leading digits. */
  readonly version: string;
  /** Workspace path of the file that goes up. */
  readonly file: string;
  readonly up: Half;
  readonly down?: Half;
  /** Over the file's text with `\n` line ends, so that a checkout on another system is not an edit. */
  readonly checksum: string;
}

export interface MigrationFolder {
  /** In the order in which they run. */
  readonly migrations: readonly MigrationFile[];
  /** SQL files whose place in the order is unknown: they have no number. */
  readonly unnumbered: readonly string[];
  /** Different migrations with the same number: their order is anyone's guess. */
  readonly clashes: readonly { readonly version: string; readonly files: readonly string[] }[];
}

const NUMBERED = /^(\d+)(?=\D|$)/;
const UP_MARK = /^[ \t]*--[ \t]*UP[ \t]*:?[ \t]*$/im;
const DOWN_MARK = /^[ \t]*--[ \t]*DOWN[ \t]*:?[ \t]*$/im;
const DOWN_FILE = /\.down\.sql$/i;
const NO_TRANSACTION = /^[ \t]*--[ \t]*lockkeeper:[ \t]*no-transaction[ \t]*$/im;

/** Reads the folder's migrations in all three forms: marked halves, `.up.sql`/`.down.sql` pairs, plain numbered files. */
export async function readMigrationFolder(reader: Reader, folder: string): Promise<MigrationFolder> {
  const names = (await reader.list(folder)).filter((name) => name.toLowerCase().endsWith('.sql'));
  const numbered = names.filter((name) => NUMBERED.test(name));
  const ups = numbered.filter((name) => !DOWN_FILE.test(name));
  const alone = numbered.find((name) => DOWN_FILE.test(name) && !sibling(name, '.up.sql', names));
  if (alone !== undefined) throw onlyDown(`${folder}/${alone}`);
  const migrations = await Promise.all(ups.map((name) => readMigration(reader, folder, name, names)));
  migrations.sort((a, b) => byVersion(a.version, b.version) || (a.id < b.id ? -1 : 1));
  const unnumbered = names.filter((name) => !NUMBERED.test(name));
  return { migrations, unnumbered, clashes: findClashes(migrations) };
}

/** Sorted by version, so that equal ones are neighbours. */
function findClashes(migrations: readonly MigrationFile[]): MigrationFolder['clashes'] {
  const clashes: { version: string; files: string[] }[] = [];
  migrations.forEach((migration, index) => {
    const before = migrations[index - 1];
    if (!before || byVersion(before.version, migration.version) !== 0) return;
    const last = clashes.at(-1);
    if (last && byVersion(last.version, migration.version) === 0) last.files.push(migration.file);
    else clashes.push({ version: migration.version, files: [before.file, migration.file] });
  });
  return clashes;
}

/** The id under which a history row's file name is known, whichever form recorded it. */
export function idOf(filename: string): string {
  return filename.replace(/^.*[/\\]/, '').replace(/(\.up)?\.sql$/i, '');
}

/** Numbers of any length, compared as numbers. */
export function byVersion(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

async function readMigration(
  reader: Reader,
  folder: string,
  name: string,
  names: readonly string[],
): Promise<MigrationFile> {
  const file = `${folder}/${name}`;
  const text = unixLines(await textOf(reader, file));
  const base = { id: idOf(name), version: NUMBERED.exec(name)?.[1] ?? '', file, checksum: digestOf(text) };
  if (/\.up\.sql$/i.test(name)) {
    const downName = sibling(name, '.down.sql', names);
    if (downName === undefined) return { ...base, up: half(file, text, 0) };
    const down = unixLines(await textOf(reader, `${folder}/${downName}`));
    return { ...base, up: half(file, text, 0), down: half(`${folder}/${downName}`, down, 0) };
  }
  const up = UP_MARK.exec(text);
  const down = DOWN_MARK.exec(text);
  if (!up && down) throw onlyDown(file);
  if (!up) return { ...base, up: half(file, text, 0) };
  if (down && down.index < up.index)
    throw new LockkeeperError(
      'MIGRATION.INVALID',
      `${plain(file)} has its DOWN before its UP. Nothing was run. Put the UP half first.`,
    );
  const heading = text.slice(0, up.index).replace(/--.*$|\/\*(?:[\s\S]*?\*\/|[\s\S]*)/gm, '');
  if (heading.trim() !== '')
    throw new LockkeeperError(
      'MIGRATION.INVALID',
      `${plain(file)} has text before its UP mark that would belong to neither half. Nothing was run.`,
      { next: [{ kind: 'edit-file', label: `Move it below the UP mark of ${plain(file)}` }] },
    );
  // What stands before the UP mark is the file's heading, where the directive may stand too.
  const noTransaction = NO_TRANSACTION.test(text.slice(0, up.index));
  const cut = (from: number, to: number) => half(file, text.slice(from, to), linesBefore(text, from), noTransaction);
  return {
    ...base,
    up: cut(up.index + up[0].length, down?.index ?? text.length),
    ...(down && { down: cut(down.index + down[0].length, text.length) }),
  };
}

/** What was listed a moment ago and is no file now must not count as an empty migration. */
async function textOf(reader: Reader, file: string): Promise<string> {
  const text = await reader.file(file);
  if (text !== undefined) return text;
  throw new LockkeeperError(
    'MIGRATION.INVALID',
    `${plain(file)} cannot be read as a file: it leads to a folder, or has just been taken away. Nothing was run.`,
  );
}

function half(file: string, text: string, lineOffset: number, noTransaction = false): Half {
  return { file, text, lineOffset, transaction: !noTransaction && !NO_TRANSACTION.test(text) };
}

/** The other file of a pair, whatever the case of its name. */
function sibling(name: string, ending: '.up.sql' | '.down.sql', names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().replace(/\.(up|down)\.sql$/, ending);
  return names.find((other) => other.toLowerCase() === wanted);
}

function linesBefore(text: string, offset: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function unixLines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function onlyDown(file: string): LockkeeperError {
  return new LockkeeperError(
    'MIGRATION.INVALID',
    `${plain(file)} has a DOWN half and no UP half, so there is nothing to apply. Nothing was run. Add the UP half or take the file out of the folder.`,
    { next: [{ kind: 'edit-file', label: `Add an UP half to ${plain(file)}` }] },
  );
}
