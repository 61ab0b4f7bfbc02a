import * as z from 'zod';
import type { FoundProject } from '../../context/detect.ts';
import type { FoundEnvironment } from '../../context/environments.ts';
import type { NextAction } from '../../core/report.ts';
import { type Answer, defineTool } from '../define-tool.ts';
import { cursor, detail, outputOf, texts } from '../fields.ts';

const shownEnvironment = z.looseObject({
  name: z.string(),
  kind: z.string(),
  urlSource: z.string(),
  engine: z.string(),
  protected: z.boolean(),
});

export const detectTool = defineTool({
  name: 'detectTool',
  title: 'Find migration tools',
  description:
    'Finds every migration setup in the workspace (Prisma, Drizzle, Knex, TypeORM, Sequelize, Alembic, Django, migrate-mongo, goose, Diesel, Flyway, raw SQL) ' +
    'with its engine, history and environments. Reads files only and never connects. Call it first: the other tools take its project ids and environment names.',
  input: z.strictObject({ detail, cursor }),
  output: outputOf({
    projects: z.array(
      z.looseObject({
        id: z.string(),
        tool: z.string(),
        root: z.string(),
        engine: z.string(),
        migrationsDir: z.string(),
        confidence: z.number(),
        evidence: texts,
        history: z.looseObject({ count: z.number() }),
        environments: z.array(shownEnvironment),
      }),
    ),
    environments: z.array(shownEnvironment).describe('Where there is no project'),
    recommended: z.looseObject({ tool: z.string(), reason: z.string() }),
    ignored: z.array(z.looseObject({ path: z.string(), reason: z.string() })),
  }),
  can: { writesFiles: false, writesDatabase: false, destroys: false, idempotent: true },
  async answer(_asked, call): Promise<Answer> {
    const { environmentsOf, readWorkspace } = await import('../../context/workspace-context.ts');
    const { DETECTORS } = await import('../../adapters/detectors.ts');
    const workspace = await readWorkspace(call.root);
    const { projects, ignored, recommended } = workspace.detected;
    const shown = [];
    for (const project of projects)
      shown.push({
        ...showProject(project),
        support: DETECTORS.find(({ facts }) => facts.id === project.tool)?.facts.support ?? 'detected',
        environments: (await environmentsOf(workspace, project)).map(showEnvironment),
      });
    const environments =
      projects.length > 0 ? undefined : (await environmentsOf(workspace, undefined)).map(showEnvironment);
    return {
      outcome: projects.length === 0 ? 'nothing-to-do' : 'done',
      projects: shown,
      ...(environments && environments.length > 0 && { environments }),
      ...(recommended && { recommended }),
      ignored,
      next: nextFor(shown),
    };
  },
});

function showProject({
  migrations,
  id,
  tool,
  toolVersion,
  root,
  engine,
  migrationsDir,
  confidence,
  evidence,
}: FoundProject) {
  const latest = migrations.at(-1);
  return {
    id,
    tool,
    ...(toolVersion !== undefined && { toolVersion }),
    root,
    engine,
    migrationsDir,
    confidence,
    evidence,
    history: { count: migrations.length, ...(latest !== undefined && { latest }) },
  };
}

function showEnvironment({ name, kind, urlSource, engine, protected: guarded, url }: FoundEnvironment) {
  return { name, kind, urlSource, engine, protected: guarded, ...(url === undefined && { url: 'not found' }) };
}

function nextFor(projects: readonly { readonly id: string; readonly support: string }[]): readonly NextAction[] {
  const [first] = projects;
  if (!first)
    return [{ kind: 'call-tool', label: 'SQL can be judged without a project too', tool: 'analyzeMigration' }];
  const args = projects.length > 1 ? { project: first.id } : {};
  return first.support === 'driven'
    ? [{ kind: 'call-tool', label: 'See what is applied and what is pending', tool: 'migrationStatus', args }]
    : [
        {
          kind: 'call-tool',
          label: 'This tool is found, not driven yet; its SQL can be judged',
          tool: 'analyzeMigration',
          args,
        },
      ];
}
