import { indexOf } from '../adapters/file-index.ts';
import { manifestsOf, pythonRequirements } from '../adapters/manifests.ts';
import type { MigrationToolId } from '../core/ids.ts';
import type { IgnoredPath } from '../core/migration-tool.ts';
import type { WorkspaceFiles } from '../core/ports.ts';

export interface Recommendation {
  readonly tool: MigrationToolId;
  readonly reason: string;
}

/** The tool to begin with where nothing is set up yet; none where another tool's migrations are there already. */
export async function recommend(
  files: WorkspaceFiles,
  ignored: readonly IgnoredPath[],
): Promise<Recommendation | undefined> {
  if (ignored.some(({ reason }) => /these migrations are|unmanaged/.test(reason))) return undefined;
  const index = indexOf(files);
  const python = ['pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py'].find(
    (name) => index.named(name).length > 0,
  );
  const required = (await pythonRequirements(files, '.')).join('\n');
  if (/\bdjango\b/i.test(required))
    return {
      tool: 'django',
      reason: 'Django is required here and has migrations of its own; no migration setup was found.',
    };
  const [manifest] = await manifestsOf(files);
  if (manifest) {
    const typed = index.named('tsconfig.json').length > 0 || manifest.dependencies.typescript !== undefined;
    const already = ['prisma', 'knex', 'typeorm', 'sequelize', 'migrate-mongo'] as const;
    const used = already.find((name) => manifest.dependencies[name] !== undefined);
    if (used !== undefined)
      return { tool: used, reason: `${used} is a dependency already; no migration setup was found.` };
    if (manifest.dependencies.mongoose !== undefined || manifest.dependencies.mongodb !== undefined)
      return { tool: 'migrate-mongo', reason: 'The package uses MongoDB; no migration setup was found.' };
    return {
      tool: 'drizzle',
      reason: `This is a ${typed ? 'TypeScript' : 'JavaScript'} package${manifest.dependencies['drizzle-orm'] === undefined ? '' : ' that uses drizzle-orm'}; no migration setup was found.`,
    };
  }
  if (python !== undefined || index.ending('py').length > 0)
    return {
      tool: 'alembic',
      reason: `This is a Python project (${python ?? 'Python files'}); no migration setup was found.`,
    };
  if (index.named('go.mod').length > 0)
    return { tool: 'goose', reason: 'This is a Go module; no migration setup was found.' };
  if (index.named('Cargo.toml').length > 0)
    return { tool: 'diesel', reason: 'This is a Rust crate; no migration setup was found.' };
  if (index.named('pom.xml').length > 0 || index.ending('gradle', 'kts').length > 0)
    return { tool: 'flyway', reason: 'This is a Java or Kotlin project; no migration setup was found.' };
  if (index.ending('ts', 'js').length > 0)
    return { tool: 'drizzle', reason: 'There is TypeScript or JavaScript here; no migration setup was found.' };
  return undefined;
}
