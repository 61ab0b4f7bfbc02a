import * as z from 'zod';
import type { Hazard } from '../../core/hazard.ts';
import { ENGINES } from '../../core/ids.ts';
import { parseObjectId } from '../../core/object-id.ts';
import type { SchemaChange } from '../../core/schema.ts';
import type { Change } from '../../core/statement.ts';
import type { Judgement } from '../../hazards/judge.ts';
import { type Answer, defineTool } from '../define-tool.ts';
import { cursor, detail, hazards, outputOf, project, texts } from '../fields.ts';
import { showHazard } from '../show-plan.ts';

const SIDE = "An environment's name, migrations, models, backup:ID or file:PATH";

export const diffSchemas = defineTool({
  name: 'diffSchemas',
  title: 'Compare two schemas',
  description:
    'What differs between two schemas, object by object, with the SQL both ways and its hazards. A side is an environment, the migrations (replayed on a shadow database), ' +
    'a backup (restored into one) or a file (SQL loaded into one, or a SQLite database). Databases are only read. From migrations to an environment it shows drift.',
  input: z.strictObject({
    from: z.string().describe(SIDE),
    to: z.string().describe('As from'),
    project,
    engine: z.enum(ENGINES).optional().describe('Where both sides are files'),
    detail,
    cursor,
  }),
  output: outputOf({
    identical: z.boolean(),
    changes: z.array(z.looseObject({ kind: z.enum(['added', 'removed', 'changed']), object: z.string(), hazards })),
    sql: z.looseObject({ forward: texts, backward: texts }),
  }),
  can: { writesFiles: false, writesDatabase: false, destroys: false, idempotent: true },
  async answer(asked, call): Promise<Answer> {
    const [{ compareSides }, { sqlWriterFor }, { compareSchemas }, { judgeStatements }] = await Promise.all([
      import('../compare-sides.ts'),
      import('../schema-sql.ts'),
      import('../../core/schema.ts'),
      import('../../hazards/judge.ts'),
    ]);
    const { engine, version, from, to, said } = await compareSides(asked, call);
    const changes = compareSchemas(from, to);
    if (changes.length === 0)
      return {
        outcome: 'done',
        identical: true,
        changes: [],
        sql: { forward: [], backward: [] },
        compared: said,
        next: [],
      };
    const writer = await sqlWriterFor(engine.id);
    const [forward, backward] = [writer.sqlForChanges(from, to), writer.sqlForChanges(to, from)];
    const statements = forward.statements.map((sql) => ({ sql }));
    const judged = await judgeStatements(engine, statements, {
      schema: from,
      version,
      transaction: forward.transaction,
    });
    const leftOut = { forward: forward.leftOut, backward: backward.leftOut };
    return {
      outcome: 'done',
      identical: false,
      compared: said,
      count: changes.length,
      changes: changes.map((change) => ({ ...change, hazards: hazardsOf(change, judged).map(showHazard) })),
      sql: { forward: forward.statements, backward: backward.statements },
      ...(leftOut.forward.length + leftOut.backward.length > 0 && { leftOut }),
      next: [
        {
          kind: 'call-tool',
          label: 'Write the forward SQL as a migration, if the first side is the one to change',
          tool: 'generateMigration',
          args: {
            name: 'bring_together',
            from: 'diff',
            diff: { from: asked.from, to: asked.to },
            ...(asked.project !== undefined && { project: asked.project }),
          },
        },
      ],
    };
  },
});

/** The hazards of those statements that speak of the object. */
function hazardsOf(change: SchemaChange, judged: Judgement): readonly Hazard[] {
  const id = parseObjectId(change.object);
  const table = id.name.at(-1) ?? '';
  return judged.perStatement
    .filter(({ prediction }) => prediction.changes.some((one) => speaksOf(one, table, id.child?.name)))
    .flatMap(({ hazards }) => hazards);
}

function speaksOf(change: Change, table: string, child: string | undefined): boolean {
  if (!('relation' in change) || lastName(change.relation) !== table) return false;
  if (child === undefined) return !('column' in change);
  const names = [
    'column' in change ? change.column : undefined,
    'index' in change ? change.index : undefined,
    'name' in change ? change.name : undefined,
  ];
  return names.some((name) => name !== undefined && lastName(name) === child);
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/^"|"$/g, '');
}
