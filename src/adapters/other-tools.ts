import type { IgnoredPath } from '../core/migration-tool.ts';
import type { WorkspaceFiles } from '../core/ports.ts';
import { indexOf, isUnder, nameOf, nearestWith, parentOf, pathFrom, upwards } from './file-index.ts';
import { dependencyOf, manifestsOf } from './manifests.ts';

/** A migration tool that lockkeeper does not know, recognised so that its files are not taken for another's. */
interface OtherTool {
  readonly label: string;
  /** What its SQL files say inside. */
  readonly mark?: RegExp;
  /** Files that configure it; the folder of SQL lies under the folder that holds one. */
  readonly configs?: readonly string[];
  /** npm packages. */
  readonly packages?: readonly string[];
  /** A word in go.mod, Cargo.toml, composer.json, Gemfile or Python requirements. */
  readonly required?: { readonly file: string; readonly word: RegExp };
  /** What its folder is called, where that alone tells. */
  readonly folder?: RegExp;
}

const OTHER_TOOLS: readonly OtherTool[] = [
  { label: 'node-pg-migrate', mark: /^--\s*(Up|Down) Migration\b/im },
  { label: 'dbmate', mark: /^--\s*migrate:(up|down)\b/im },
  { label: 'sql-migrate', mark: /^--\s*\+migrate\s+(Up|Down)\b/im, configs: ['dbconfig.yml'] },
  { label: 'goose', mark: /^--\s*\+goose\s+(Up|Down)\b/im },
  { label: 'micrate', mark: /^--\s*\+micrate\s+(Up|Down)\b/im },
  {
    label: 'Liquibase',
    mark: /^--\s*(liquibase formatted sql|changeset\s+\S+:\S+)/im,
    configs: ['liquibase.properties'],
  },
  { label: 'yoyo-migrations', mark: /^--\s*depends:\s/im, configs: ['yoyo.ini'] },
  { label: 'graphile-migrate', mark: /^--!\s*Previous:|^--!\s*Hash:/m, configs: ['.gmrc', '.gmrc.js', '.gmrc.cjs'] },
  { label: 'Supabase CLI', folder: /(^|\/)supabase\/migrations$/ },
  { label: 'Atlas', configs: ['atlas.hcl', 'atlas.sum'] },
  { label: 'Hasura', folder: /(^|\/)hasura\/migrations(\/|$)/ },
  { label: 'Sqitch', configs: ['sqitch.plan'] },
  { label: 'Wrangler (Cloudflare D1)', configs: ['wrangler.toml', 'wrangler.json', 'wrangler.jsonc'] },
  { label: 'sqlx', required: { file: 'Cargo.toml', word: /^\s*sqlx(-cli)?\s*=/m } },
  { label: 'refinery', required: { file: 'Cargo.toml', word: /^\s*refinery\s*=/m } },
  { label: 'golang-migrate', required: { file: 'go.mod', word: /golang-migrate\/migrate/ } },
  { label: 'node-pg-migrate', packages: ['node-pg-migrate'] },
  { label: 'Postgrator', packages: ['postgrator', 'postgrator-cli'] },
  { label: 'postgres-migrations', packages: ['postgres-migrations'] },
  { label: 'db-migrate', packages: ['db-migrate'] },
  { label: 'MikroORM', packages: ['@mikro-orm/migrations'] },
  { label: 'Laravel', configs: ['artisan'] },
  { label: 'Rails', configs: ['config/application.rb'] },
];

/** The reason why a folder of SQL files belongs to a tool lockkeeper does not drive; undefined where nothing speaks for one. */
export async function foreignOwner(
  files: WorkspaceFiles,
  folder: string,
  names: readonly string[],
): Promise<string | undefined> {
  const index = indexOf(files);
  const first = [names[0], names[names.length >> 1]].filter((name) => name !== undefined);
  const texts = await Promise.all(first.map((name) => files.read(pathFrom(folder, name) ?? '')));
  for (const tool of OTHER_TOOLS) {
    const says = (what: string) => `${what}: these migrations are ${tool.label}'s`;
    if (tool.mark && texts.some((text) => text !== undefined && tool.mark?.test(text)))
      return says(`the SQL has ${tool.label}'s marks`);
    if (tool.folder?.test(folder)) return says('the folder is named so');
    const config = tool.configs?.find((name) =>
      upwards(folder).some((above) => index.has(pathFrom(above, name) ?? '')),
    );
    if (config !== undefined) return says(`${config} is there`);
    for (const name of tool.packages ?? [])
      if ((await dependencyOf(files, folder, name)) !== undefined) return says(`${name} is a dependency`);
    if (tool.required) {
      const holder = nearestWith(index, folder, tool.required.file);
      const text = holder === undefined ? undefined : await files.read(pathFrom(holder, tool.required.file) ?? '');
      if (text !== undefined && tool.required.word.test(text))
        return says(`${tool.required.file} asks for ${tool.label}`);
    }
  }
  return undefined;
}

/** Other tools' setups that hold no numbered SQL, so that their users learn why nothing was found. */
export async function detectOtherTools(files: WorkspaceFiles): Promise<readonly IgnoredPath[]> {
  const index = indexOf(files);
  const ignored: IgnoredPath[] = [];
  const add = (path: string, reason: string) => {
    if (!ignored.some((known) => known.path === path)) ignored.push({ path, reason });
  };
  for (const folder of index.folders) {
    const name = nameOf(folder);
    const inside = index.inFolder(folder);
    if (/^(post_)?migrate$/.test(name) && inside.some((file) => /^\d+_\w+\.rb$/.test(file)))
      add(folder, "these migrations are Rails'");
    else if (name === 'migrations' && inside.some((file) => /^\d.*\.exs$/.test(file)))
      add(folder, "these migrations are Ecto's");
    else if (name === 'migrations' && inside.some((file) => /^\d.*\.php$/.test(file)))
      add(folder, "these migrations are a PHP framework's (Laravel, Phinx)");
    else if (/^[mM]igrations$/.test(name) && inside.some((file) => /^\d+_\w+\.cs$/.test(file)))
      add(folder, "these migrations are Entity Framework's");
    else if (name === 'migrations' && inside.some((file) => /^Version\d+\.php$/.test(file)))
      add(folder, "these migrations are Doctrine's");
    else if (/(^|\/)supabase\/migrations$/.test(folder)) add(folder, "these migrations are the Supabase CLI's");
  }
  for (const path of index.ending('xml', 'yaml', 'yml', 'json'))
    if (
      /(^|\/)[\w.-]*changelog[\w.-]*\.(xml|ya?ml|json)$/i.test(path) &&
      !index.folders.some((folder) => ignored.some((known) => known.path === folder && isUnder(folder, path)))
    ) {
      const text = (await files.read(path)) ?? '';
      if (/databaseChangeLog/.test(text)) add(parentOf(path), "these migrations are Liquibase's");
    }
  for (const path of [...index.named('.gmrc'), ...index.named('.gmrc.js')])
    add(pathFrom(parentOf(path), 'migrations') ?? path, "these migrations are graphile-migrate's");
  for (const manifest of await manifestsOf(files))
    for (const [name, label] of [
      ['node-pg-migrate', 'node-pg-migrate'],
      ['@mikro-orm/migrations', 'MikroORM'],
      ['db-migrate', 'db-migrate'],
    ] as const)
      if (manifest.dependencies[name] !== undefined)
        add(
          pathFrom(manifest.folder, 'migrations') ?? manifest.folder,
          `${name} is a dependency: migrations here are ${label}'s`,
        );
  return ignored;
}
