import type { DetectedProject, Detection, IgnoredPath } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, isTestData, nameOf, nearestWith, parentOf } from '../file-index.ts';
import { foreignOwner } from '../other-tools.ts';
import { engineOfSql } from '../sql-text.ts';
import { byVersion, idOf } from './migration-files.ts';

const FOLDER = /^(db[-_]?|sql[-_]?|database[-_]?)?migrations?$|^migrate$/i;
/** One history per engine side by side, or the SQL apart from other files. */
const SUBFOLDER = /^(postgres(ql)?|pg|mysql|mariadb|sqlite3?|sql|up)$/i;
const NUMBERED = /^\d+/;
const PACKAGES = [
  'package.json',
  'pyproject.toml',
  'requirements.txt',
  'go.mod',
  'Cargo.toml',
  'composer.json',
  'pom.xml',
];

/** Finds folders of numbered SQL files that no other tool's marks claim. */
export async function detect(files: WorkspaceFiles): Promise<Detection> {
  const projects: DetectedProject[] = [];
  const ignored: IgnoredPath[] = [];
  for (const [folder, names] of sqlFolders(files)) {
    const reason = await whyNot(files, folder, names);
    if (reason !== undefined) ignored.push({ path: folder, reason });
    else projects.push(await projectOf(files, folder, names));
  }
  return { projects, ignored };
}

function sqlFolders(files: WorkspaceFiles): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of indexOf(files).ending('sql')) {
    const folder = parentOf(path);
    if (!FOLDER.test(nameOf(folder)) && !(SUBFOLDER.test(nameOf(folder)) && FOLDER.test(nameOf(parentOf(folder)))))
      continue;
    const names = folders.get(folder);
    if (names) names.push(nameOf(path));
    else folders.set(folder, [nameOf(path)]);
  }
  return folders;
}

async function whyNot(files: WorkspaceFiles, folder: string, names: readonly string[]): Promise<string | undefined> {
  if (isTestData(folder)) return 'SQL files among test data';
  const owner = await foreignOwner(files, folder, names);
  if (owner !== undefined) return owner;
  if (!names.some((name) => NUMBERED.test(name)))
    return 'SQL files without a number in front of their names, so their order is not known';
  const text = await sample(files, folder, names);
  if (/\bENGINE\s*=\s*(Replicated)?\w*MergeTree/i.test(text))
    return 'SQL for ClickHouse, which lockkeeper does not know';
  if (/^\s*GO\s*$/im.test(text) && /\[dbo\]|NVARCHAR/i.test(text))
    return 'SQL for SQL Server, which lockkeeper does not know';
  return undefined;
}

async function projectOf(files: WorkspaceFiles, folder: string, names: readonly string[]): Promise<DetectedProject> {
  const numbered = names.filter((name) => NUMBERED.test(name));
  const migrations = numbered
    .filter((name) => !/\.down\.sql$/i.test(name))
    .sort((a, b) => byVersion(NUMBERED.exec(a)?.[0] ?? '0', NUMBERED.exec(b)?.[0] ?? '0') || (a < b ? -1 : 1))
    .map(idOf);
  const text = await sample(files, folder, numbered);
  const pairs = numbered.some((name) => /\.down\.sql$/i.test(name));
  const marks = /^[ \t]*--[ \t]*UP[ \t]*:?[ \t]*$/im.test(text);
  const engine = engineOfSql(text, folder);
  return {
    root: rootOf(files, folder),
    tool: 'raw-sql',
    engine,
    migrationsDir: folder,
    evidence: [
      `${folder} holds ${migrations.length} numbered SQL files`,
      ...(marks ? ['the files mark their halves with -- UP and -- DOWN'] : []),
      ...(pairs ? ['the files come in pairs, .up.sql and .down.sql'] : []),
      ...(marks || pairs ? [] : ['the files have no down half, so they cannot be rolled back']),
      ...(engine === 'unknown' ? [] : [`the SQL is ${engine}'s`]),
    ],
    confidence: marks || pairs ? 0.9 : 0.75,
    migrations,
    urls: [],
  };
}

/** First, middle and last file say enough about how the folder is written. */
async function sample(files: WorkspaceFiles, folder: string, names: readonly string[]): Promise<string> {
  const some = new Set(
    [0, 1, 2, names.length >> 1, names.length - 1].map((at) => names[at]).filter((name) => name !== undefined),
  );
  const texts = await Promise.all([...some].map((name) => files.read(folder === '.' ? name : `${folder}/${name}`)));
  return texts.filter((text) => text !== undefined).join('\n');
}

/** The package the folder belongs to; without one, the folder that holds it. */
function rootOf(files: WorkspaceFiles, folder: string): string {
  const packaged = nearestWith(indexOf(files), folder, ...PACKAGES);
  if (packaged !== undefined) return packaged;
  let above = parentOf(folder);
  while (FOLDER.test(nameOf(above)) || /^(db|database|sql)$/i.test(nameOf(above))) above = parentOf(above);
  return above;
}
