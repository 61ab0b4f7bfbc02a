import { indexOf, isUnder, nameOf } from '../adapters/file-index.ts';
import { manifestsOf, packageFolder } from '../adapters/manifests.ts';
import type { MigrationToolId } from '../core/ids.ts';
import type { DetectedProject, IgnoredPath } from '../core/migration-tool.ts';
import type { WorkspaceFiles } from '../core/ports.ts';

/** npm packages that ask for a migration tool without proving that it is in use. */
const PACKAGES: readonly (readonly [name: string, tool: MigrationToolId, label: string])[] = [
  ['prisma', 'prisma', 'Prisma'],
  ['drizzle-kit', 'drizzle', 'Drizzle'],
  ['drizzle-orm', 'drizzle', 'Drizzle'],
  ['knex', 'knex', 'Knex'],
  ['typeorm', 'typeorm', 'TypeORM'],
  ['sequelize-cli', 'sequelize', 'Sequelize'],
  ['sequelize', 'sequelize', 'Sequelize'],
  ['migrate-mongo', 'migrate-mongo', 'migrate-mongo'],
];

/** Dependencies without a setup: unused, or run by a hand-written runner whose commands nobody can guess. */
export async function unmanagedDependencies(
  files: WorkspaceFiles,
  projects: readonly DetectedProject[],
): Promise<readonly IgnoredPath[]> {
  const ignored: IgnoredPath[] = [];
  for (const { folder, dependencies } of await manifestsOf(files)) {
    const said = new Set<MigrationToolId>();
    for (const [name, tool, label] of PACKAGES) {
      if (dependencies[name] === undefined || said.has(tool)) continue;
      // A monorepo asks for its tool at the top and uses it in a package, or the other way round.
      if (
        projects.some(
          (project) => project.tool === tool && (isUnder(folder, project.root) || isUnder(project.root, folder)),
        )
      )
        continue;
      said.add(tool);
      const runner = ownMigrations(files, folder);
      if (runner !== undefined && !projects.some((project) => isUnder(project.migrationsDir, runner)))
        ignored.push({
          path: runner,
          reason: `unmanaged: ${name} is a dependency, but no configuration of ${label} leads here; the project seems to run these files itself`,
        });
      else
        ignored.push({
          path: folder === '.' ? 'package.json' : `${folder}/package.json`,
          reason: `${name} is a dependency, but there is no configuration and there are no migrations of ${label}`,
        });
    }
  }
  return ignored;
}

function ownMigrations(files: WorkspaceFiles, folder: string): string | undefined {
  const index = indexOf(files);
  return index.folders.find(
    (candidate) =>
      isUnder(folder, candidate) &&
      /^(migrations?|migrate)$/i.test(nameOf(candidate)) &&
      packageFolder(files, candidate) === folder &&
      index.inFolder(candidate).some((name) => /\.([mc]?[tj]s|sql)$/.test(name)),
  );
}
