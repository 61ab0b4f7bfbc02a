import { type ConnectionParts, engineCalled, urlFromParts } from '../../core/connection-parts.ts';
import type { EngineId } from '../../core/ids.ts';
import type { ToolUrl } from '../../core/migration-tool.ts';
import type { WorkspaceFiles } from '../../core/ports.ts';
import { indexOf, isUnder, nameOf, parentOf, pathFrom } from '../file-index.ts';
import { blockAt, withoutHashComments } from '../source-text.ts';

/** What Django's settings say of its default database, as far as it can be read without running them. */
export interface DjangoSettings {
  readonly path?: string;
  readonly engine: EngineId | 'unknown';
  readonly urls: readonly ToolUrl[];
}

/** Reads the settings module that manage.py names; where that is a package, the files in it. */
export async function readSettings(files: WorkspaceFiles, root: string): Promise<DjangoSettings> {
  for (const path of await settingsPaths(files, root)) {
    const source = withoutHashComments((await files.read(path)) ?? '');
    const position = /\bDATABASES\b[^=\n]*=\s*/.exec(source);
    if (position) return { path, ...readDatabases(source, position.index + position[0].length, path, root) };
  }
  return { engine: 'unknown', urls: [] };
}

async function settingsPaths(files: WorkspaceFiles, root: string): Promise<readonly string[]> {
  const index = indexOf(files);
  const manage = (await files.read(pathFrom(root, 'manage.py') ?? '')) ?? '';
  const module = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)['"]/.exec(manage)?.[1];
  const base = module === undefined ? undefined : pathFrom(root, module.replaceAll('.', '/'));
  const named = base === undefined ? [] : [`${base}.py`, `${base}/__init__.py`, `${base}/base.py`, `${base}/common.py`];
  const siblings =
    base === undefined ? [] : index.inFolder(parentOf(base)).map((name) => pathFrom(parentOf(base), name) as string);
  const inside = base === undefined ? [] : index.inFolder(base).map((name) => `${base}/${name}`);
  const near = siblings.filter((path) => /(settings|base|common|local|dev)\w*\.py$/.test(path));
  const any = index.named('settings.py').filter((path) => isUnder(root, path));
  const order = [
    ...named,
    ...near,
    ...inside.filter((path) => /(local|dev|settings)\w*\.py$/.test(path)),
    ...inside,
    ...any,
  ];
  return [...new Set(order)].filter((path) => index.has(path) && path.endsWith('.py') && !/test/i.test(nameOf(path)));
}

function readDatabases(source: string, position: number, path: string, root: string): Omit<DjangoSettings, 'path'> {
  const block = blockAt(source, position, '{') ?? source.slice(position, position + 2_000);
  const inner = defaultBlock(block) ?? block;
  const engine = engineCalled(/['"]ENGINE['"]\s*:\s*['"](?:[\w.]+\.)?(\w+)['"]/.exec(inner)?.[1]);
  const relativeTo = root;
  // dj_database_url.config(), env.db(), env('DATABASE_URL'), dj_database_url.parse(os.environ['X']).
  const whole = urlVariable(inner);
  if (whole !== undefined) {
    const scheme = /default\s*=\s*f?['"](\w+):/.exec(inner)?.[1];
    return {
      engine: engine === 'unknown' ? engineCalled(scheme) : engine,
      urls: [{ source: { variable: whole }, relativeTo }],
    };
  }
  const url = engine === 'unknown' ? undefined : urlFromParts(partsOf(inner, engine));
  return { engine, urls: url === undefined ? [] : [{ source: { literalIn: path, value: url }, relativeTo }] };
}

function defaultBlock(block: string): string | undefined {
  const found = /['"]default['"]\s*:\s*/.exec(block);
  if (!found) return undefined;
  const start = found.index + found[0].length;
  return blockAt(block, start, '{') ?? block.slice(start);
}

function urlVariable(text: string): string | undefined {
  const parsed =
    /(?:environ\s*\[|environ\.get\(|getenv\(|\benv(?:\.db(?:_url)?|\.str|\.dj_db_url)?\(|\bconfig\()\s*['"](\w*(?:URL|URI|DSN)\w*)['"]/.exec(
      text,
    )?.[1];
  if (parsed !== undefined) return parsed;
  const named = /dj_database_url\.config\([^)]*\benv\s*=\s*['"](\w+)['"]/.exec(text)?.[1];
  return named ?? (/dj_database_url\.config\(|\benv\.(?:db|dj_db_url)\(\s*\)/.test(text) ? 'DATABASE_URL' : undefined);
}

/** Only where every piece that decides the place stands there in full: a host from a variable must not pass for localhost. */
function partsOf(block: string, engine: EngineId): ConnectionParts {
  const plain = (key: string) => new RegExp(`['"]${key}['"]\\s*:\\s*['"]([^'"]*)['"]`).exec(block)?.[1];
  const given = (key: string) => new RegExp(`['"]${key}['"]\\s*:`).test(block);
  if (engine === 'sqlite') return { engine, database: sqliteName(block) };
  const unseen = given('HOST') && plain('HOST') === undefined;
  return {
    engine,
    host: plain('HOST') || 'localhost',
    port: plain('PORT') ?? /['"]PORT['"]\s*:\s*(\d+)/.exec(block)?.[1],
    database: unseen ? undefined : plain('NAME'),
    user: plain('USER'),
    password: plain('PASSWORD'),
  };
}

/** `BASE_DIR / 'db.sqlite3'`, `os.path.join(BASE_DIR, 'db.sqlite3')` or a plain name, as startproject has written them over the years. */
function sqliteName(block: string): string | undefined {
  const expression = /['"]NAME['"]\s*:\s*([^\n]*)/.exec(block)?.[1] ?? '';
  if (/environ|getenv|\benv\(|config\(/.test(expression)) return undefined;
  const parts = [...expression.matchAll(/['"]([^'"]+)['"]/g)].map((match) => match[1] as string);
  return parts.length === 0 ? undefined : parts.join('/');
}
