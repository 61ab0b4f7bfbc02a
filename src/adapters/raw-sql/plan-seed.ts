import { LockkeeperError } from '../../core/errors.ts';
import type { Context, OperationRequest } from '../../core/migration-tool.ts';
import type { Draft } from '../../core/plan.ts';
import { plain } from '../../core/untrusted.ts';

/** `-- depends: countries, currencies.sql` in a seed file's head. */
const DEPENDS = /^[ \t]*--[ \t]*depends(?:[ \t]+on)?:[ \t]*(.+)$/gim;

interface SeedFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly after: readonly string[];
}

/** Seed files for the environment: `seeds/*.sql` for all, then `seeds/<environment>/*.sql`, each after what it depends on. */
export async function planSeed(request: OperationRequest, context: Context): Promise<readonly Draft[]> {
  const files = await readSeeds(request.name ?? context.environment.name, context);
  const drafts: Draft[] = [];
  for (const seed of inOrder(files)) {
    const statements = await context.engine.split(seed.text);
    if (statements.length === 0) continue;
    drafts.push({
      title: `Seed from ${plain(seed.path)}`,
      action: { kind: 'statements', statements: statements.map((statement) => statement.sql), transaction: true },
      statements: statements.map((statement) => statement.sql),
      locations: statements.map((statement) => ({ file: seed.path, line: statement.line })),
      reads: [seed.path],
    });
  }
  return drafts;
}

async function readSeeds(environment: string, { reader, project }: Context): Promise<readonly SeedFile[]> {
  const beside = project.migrationsDir.includes('/') ? project.migrationsDir.replace(/\/[^/]*$/, '') : '';
  const candidates = [
    ...new Set([joined(project.root, 'seeds'), joined(beside, 'seeds'), joined(project.root, 'db/seeds')]),
  ];
  const seeds: SeedFile[] = [];
  for (const folder of candidates) {
    for (const place of [folder, `${folder}/${environment}`]) {
      for (const name of await reader.list(place)) {
        if (!name.toLowerCase().endsWith('.sql')) continue;
        const path = `${place}/${name}`;
        const text = ((await reader.file(path)) ?? '').replace(/\r\n?/g, '\n');
        seeds.push({ name: bare(name), path, text, after: dependencies(text) });
      }
    }
    if (seeds.length > 0) break;
  }
  return seeds;
}

function dependencies(text: string): readonly string[] {
  return [...text.matchAll(DEPENDS)].flatMap((match) => (match[1] ?? '').split(',').map((name) => bare(name.trim())));
}

/** Depth first, in the order of the names, so that the same files always give the same plan. */
function inOrder(seeds: readonly SeedFile[]): readonly SeedFile[] {
  const byName = new Map(seeds.map((seed) => [seed.name, seed]));
  const done = new Set<SeedFile>();
  const visit = (seed: SeedFile, path: readonly SeedFile[]): void => {
    if (done.has(seed)) return;
    if (path.includes(seed))
      throw new LockkeeperError(
        'MIGRATION.INVALID',
        `Seed files depend on each other in a circle: ${[...path, seed].map((one) => plain(one.name)).join(' → ')}. Nothing was run.`,
      );
    for (const name of seed.after) {
      const needed = byName.get(name);
      if (!needed)
        throw new LockkeeperError(
          'MIGRATION.INVALID',
          `${plain(seed.path)} depends on ${plain(name)}, which is not among the seed files. Nothing was run.`,
        );
      visit(needed, [...path, seed]);
    }
    done.add(seed);
  };
  for (const seed of seeds) visit(seed, []);
  return [...done];
}

function bare(name: string): string {
  return name.replace(/^.*\//, '').replace(/\.sql$/i, '');
}

function joined(folder: string, name: string): string {
  return folder === '' || folder === '.' ? name : `${folder}/${name}`;
}
