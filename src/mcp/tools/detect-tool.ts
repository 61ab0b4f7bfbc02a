import * as z from 'zod';
import { type Answer, defineTool } from '../define-tool.ts';
import { cursor, detail, outputOf, texts } from '../fields.ts';

export const detectTool = defineTool({
  name: 'detectTool',
  title: 'Find migration tools',
  description:
    'Finds every migration setup in the workspace (Prisma, Drizzle, Knex, TypeORM, Sequelize, Alembic, Django, migrate-mongo, goose, Diesel, Flyway, raw SQL) ' +
    'with its engine, history and environments. Reads files only and never connects. Call it first; its project ids and environment names are what the other tools take.',
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
        environments: z.array(
          z.looseObject({ name: z.string(), kind: z.string(), urlSource: z.string(), protected: z.boolean() }),
        ),
      }),
    ),
    recommended: z.looseObject({ tool: z.string(), reason: z.string() }),
    ignored: z.array(z.looseObject({ path: z.string(), reason: z.string() })),
  }),
  can: { writesFiles: false, writesDatabase: false, destroys: false, idempotent: true },
  async answer(): Promise<Answer> {
    return { outcome: 'nothing-to-do', next: [] };
  },
});
