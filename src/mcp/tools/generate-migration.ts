import * as z from 'zod';
import type { FoundProject } from '../../context/detect.ts';
import type { Deploy } from '../../core/change-request.ts';
import { LockkeeperError } from '../../core/errors.ts';
import { plain } from '../../core/untrusted.ts';
import type { Call } from '../../pipeline.ts';
import { type Answer, defineTool } from '../define-tool.ts';
import { detail, environment, hazards, outputOf, project } from '../fields.ts';
import type { Ground } from '../judging-ground.ts';
import { showHazard } from '../show-plan.ts';

const input = z.strictObject({
  name: z.string().min(1).describe('What it does, such as add_phone_to_users'),
  project,
  environment,
  from: z
    .enum(['models', 'sql', 'change', 'diff', 'empty'])
    .optional()
    .describe('Default: whichever of sql, change, diff is given, else empty'),
  sql: z.strictObject({ up: z.string(), down: z.string().optional() }).optional(),
  change: z
    .looseObject({
      kind: z
        .enum([
          'add-column',
          'drop-column',
          'rename-column',
          'change-type',
          'set-not-null',
          'add-index',
          'drop-index',
          'add-foreign-key',
          'add-check',
          'add-unique',
          'rename-table',
          'drop-table',
          'create-table',
        ])
        .describe(
          'Further fields: table, column, type, nullable, default (SQL: a text needs its quotes), to, columns, unique, where, references {table, columns}, onDelete, expression, primaryKey, name',
        ),
      table: z.string(),
    })
    .optional(),
  diff: z
    .strictObject({ from: z.string(), to: z.string() })
    .optional()
    .describe('Sides as in diffSchemas; the SQL turns from into to'),
  detail,
});
type Input = z.infer<typeof input>;

/** What a migration is to hold, however it was asked for. */
interface Content {
  readonly up: readonly string[];
  readonly down: readonly string[];
  readonly transaction: boolean;
  readonly reversible?: 'yes' | 'schema-only' | 'no';
  readonly deploys?: readonly Deploy[];
  readonly leftOut?: readonly string[];
}

export const generateMigration = defineTool({
  name: 'generateMigration',
  title: 'Write a new migration',
  description:
    "Writes a new migration, both halves, in the migration tool's own format: from SQL, from a stated change (in the form that blocks least; where old code would not survive it, the expand half " +
    'and what comes next), from a diff, or empty. Writes only inside migrationsDir and never overwrites. Runs nothing: plan a run afterwards.',
  input,
  output: outputOf({
    files: z.array(z.looseObject({ path: z.string() })),
    reversible: z.enum(['yes', 'schema-only', 'no']),
    hazards,
    deploys: z.array(
      z.looseObject({ step: z.string(), title: z.string(), files: z.array(z.string()), code: z.string() }),
    ),
  }),
  can: { writesFiles: true, writesDatabase: false, destroys: false, idempotent: false },
  async answer(asked, call): Promise<Answer> {
    const [{ readWorkspace, selectProject }, { toolFor }, { judgingGround }] = await Promise.all([
      import('../../context/workspace-context.ts'),
      import('../../adapters/index.ts'),
      import('../judging-ground.ts'),
    ]);
    const workspace = await readWorkspace(call.root);
    const project = selectProject(workspace, asked.project);
    const tool = await toolFor(project.tool);
    const ground = await judgingGround(workspace, asked, asked.sql?.up ?? '');
    const content = await contentOf(asked, project, ground, call);
    const judged = await judge(content, ground);
    const reader = (await import('../../io/reader.ts')).createReader({ root: call.root });
    const { name } = asked;
    const files = await tool.newMigration(
      { name, up: content.up, down: content.down, transaction: content.transaction, at: new Date() },
      { project, reader },
    );
    await write(files, project, call);
    const id = files[0]?.path.replace(/^.*\//, '').replace(/(\.up)?\.sql$/i, '');
    return {
      outcome: 'done',
      files: files.map(({ path }) => ({ path })),
      reversible: content.reversible ?? reversibleOf(content, judged),
      basis: ground.basis,
      hazards: judged.map(showHazard),
      ...(content.leftOut && content.leftOut.length > 0 && { leftOut: content.leftOut }),
      ...(content.deploys && {
        deploys: content.deploys.map((deploy) => ({
          ...deploy,
          files: deploy.step === 'expand' ? files.map(({ path }) => path) : [],
        })),
      }),
      next: [
        ...(content.up.length === 0
          ? [{ kind: 'edit-file', label: `Write both halves of ${plain(files[0]?.path ?? '')}` } as const]
          : []),
        {
          kind: 'call-tool',
          label: 'Plan to run it',
          tool: 'planOperation',
          args: {
            operation: 'run',
            ...(asked.project !== undefined && { project: asked.project }),
            ...(id !== undefined && { to: id }),
          },
        },
      ],
    };
  },
});

async function contentOf(asked: Input, project: FoundProject, ground: Ground, call: Call): Promise<Content> {
  const from = asked.from ?? (asked.sql ? 'sql' : asked.change ? 'change' : asked.diff ? 'diff' : 'empty');
  switch (from) {
    case 'empty':
      return { up: [], down: [], transaction: true, reversible: 'no' };
    case 'models':
      throw new LockkeeperError(
        'TOOL.NOT_DRIVEN',
        `A ${project.tool} project has no models to generate from. Nothing was written. Give "sql", "change" or "diff".`,
      );
    case 'sql': {
      const { up, down } = needed(asked.sql, 'sql');
      const cut = async (text: string) => (await ground.engine.split(text)).map((statement) => statement.sql);
      const statements = await cut(up);
      return {
        up: statements,
        down: await cut(down ?? ''),
        transaction: await canShareTransaction(statements, ground),
      };
    }
    case 'change': {
      const [{ parseChangeRequest }, { sqlWriterFor }] = await Promise.all([
        import('../../core/change-request.ts'),
        import('../schema-sql.ts'),
      ]);
      const change = parseChangeRequest(needed(asked.change, 'change'));
      const known = ground.schema.objects.size > 0 ? ground.schema : undefined;
      return (await sqlWriterFor(ground.engine.id)).sqlForChange(change, known);
    }
    case 'diff': {
      const [{ compareSides }, { sqlWriterFor }] = await Promise.all([
        import('../compare-sides.ts'),
        import('../schema-sql.ts'),
      ]);
      const sides = await compareSides(
        { ...needed(asked.diff, 'diff'), project: asked.project, forMigration: true },
        call,
      );
      const writer = await sqlWriterFor(sides.engine.id);
      const [up, down] = [writer.sqlForChanges(sides.from, sides.to), writer.sqlForChanges(sides.to, sides.from)];
      if (up.statements.length === 0 && up.leftOut.length === 0)
        throw new LockkeeperError(
          'INPUT.INVALID',
          'The two sides of "diff" are the same, so there is nothing to write. Nothing was written.',
        );
      return {
        up: up.statements,
        down: down.statements,
        transaction: up.transaction && down.transaction,
        leftOut: up.leftOut,
      };
    }
  }
}

function needed<T>(value: T | undefined, field: string): T {
  if (value !== undefined) return value;
  throw new LockkeeperError('INPUT.INVALID', `"${field}" is needed with from "${field}". Nothing was written.`);
}

async function canShareTransaction(
  statements: readonly string[],
  { engine, schema, version }: Ground,
): Promise<boolean> {
  for (const sql of statements) {
    const { refusesTransaction, changes } = await engine.predict(sql, { schema, version, heldLocks: [] });
    if (
      refusesTransaction ||
      changes.some((change) => change.kind === 'transaction-control' && change.action !== 'savepoint')
    )
      return false;
  }
  return true;
}

async function judge({ up, transaction }: Content, { engine, schema, version }: Ground) {
  const { judgeStatements } = await import('../../hazards/judge.ts');
  return (
    await judgeStatements(
      engine,
      up.map((sql) => ({ sql })),
      { schema, version, transaction },
    )
  ).hazards;
}

/** What the down half cannot bring back is data, unless there is no down half at all. */
function reversibleOf({ down }: Content, judged: Awaited<ReturnType<typeof judge>>): 'yes' | 'schema-only' | 'no' {
  if (down.length === 0) return 'no';
  return judged.some((hazard) => hazard.kind === 'deletes-data' || hazard.kind === 'irreversible')
    ? 'schema-only'
    : 'yes';
}

async function write(
  files: readonly { path: string; contents: string }[],
  project: FoundProject,
  call: Call,
): Promise<void> {
  const [{ readWorkspaceText, writeNewFile }, { digestOf }, { posix }] = await Promise.all([
    import('../../io/workspace.ts'),
    import('../../core/digest.ts'),
    import('node:path'),
  ]);
  for (const { path } of files) {
    const inside = posix.relative(project.migrationsDir, path);
    if (inside === '' || inside.startsWith('..'))
      throw new LockkeeperError(
        'WORKSPACE.OUTSIDE',
        `${plain(path)} does not lie in ${plain(project.migrationsDir)}. Nothing was written.`,
      );
    // Both halves or none: the first must not be there when the second turns out to be taken.
    if ((await readWorkspaceText(call.root, path)) !== undefined)
      throw new LockkeeperError('MIGRATION.EXISTS', `The file ${plain(path)} is there already. Nothing was written.`);
  }
  for (const { path, contents } of files) await writeNewFile(call.root, path, contents);
  const state = await call.state();
  state.audit.append('files.written', {
    project: project.id,
    files: files.map(({ path, contents }) => ({ path, sha256: digestOf(contents) })),
  });
}
