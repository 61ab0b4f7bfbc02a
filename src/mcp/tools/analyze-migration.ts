import * as z from 'zod';
import type { Workspace } from '../../context/workspace-context.ts';
import { LockkeeperError } from '../../core/errors.ts';
import { ENGINES } from '../../core/ids.ts';
import type { NextAction } from '../../core/report.ts';
import { plain } from '../../core/untrusted.ts';
import type { JudgedStatement } from '../../hazards/judge.ts';
import type { Call } from '../../pipeline.ts';
import { type Answer, defineTool } from '../define-tool.ts';
import { cursor, detail, environment, outputOf, project } from '../fields.ts';
import type { Ground } from '../judging-ground.ts';
import { showHazard, worstFirst } from '../show-plan.ts';

const input = z.strictObject({
  project,
  environment,
  files: z.array(z.string()).optional().describe('Workspace paths; only the half that goes up is judged'),
  sql: z.string().optional().describe('May hold BEGIN and COMMIT. Without sql and files: what is pending'),
  engine: z.enum(ENGINES).optional(),
  serverVersion: z.string().optional().describe('Judge for this version, such as 15'),
  detail,
  cursor,
});
type Input = z.infer<typeof input>;

interface Text {
  readonly sql: string;
  readonly file?: string;
  readonly lineOffset: number;
  readonly transaction: boolean;
}

export const analyzeMigration = defineTool({
  name: 'analyzeMigration',
  title: 'Judge SQL',
  description:
    'Says what each statement of a migration does before it runs: locks, scans, rewrites, data lost, code broken, with a safer way. Judges SQL text, files, or what is pending. ' +
    'Works without a project and without a database; with one it knows types, sizes, constraints and the server version ("basis" says which). Only reads.',
  input,
  output: outputOf({
    verdict: z.enum(['safe', 'caution', 'dangerous']),
    basis: z.string(),
    findings: z.array(
      z.looseObject({
        rule: z.string(),
        kind: z.string(),
        severity: z.string(),
        message: z.string(),
        statement: z.string(),
        evidence: z.string(),
      }),
    ),
    statements: z.array(
      z.looseObject({
        sql: z.string(),
        effects: z.array(
          z.looseObject({
            relation: z.string(),
            heldUntil: z.string(),
            scans: z.boolean(),
            rewrites: z.boolean(),
            evidence: z.string(),
          }),
        ),
      }),
    ),
    unparsed: z.number(),
  }),
  can: { writesFiles: false, writesDatabase: false, destroys: false, idempotent: true },
  async answer(asked, call): Promise<Answer> {
    const [{ readWorkspace }, { judgingGround }] = await Promise.all([
      import('../../context/workspace-context.ts'),
      import('../judging-ground.ts'),
    ]);
    const workspace = await readWorkspace(call.root);
    const texts =
      asked.sql === undefined && asked.files === undefined
        ? await pendingTexts(asked, workspace, call)
        : await givenTexts(asked, call);
    const ground = await judgingGround(workspace, asked, texts.map((text) => text.sql).join('\n'));
    const judged = await judge(texts, ground);
    const { verdictOf } = await import('../../hazards/verdict.ts');
    const findings = judged.flatMap((statement) =>
      statement.hazards.map((hazard) => ({
        ...showHazard(hazard),
        ...(hazard.at ? {} : { line: statement.line }),
        statement: plain(statement.sql, 300),
      })),
    );
    const pending = asked.sql === undefined && asked.files === undefined;
    return {
      outcome: texts.length === 0 ? 'nothing-to-do' : 'done',
      verdict: verdictOf({ perStatement: judged }),
      basis: ground.basis,
      unparsed: judged.filter((statement) => !statement.prediction.parsed).length,
      findings: worstFirst(findings),
      statements: judged.map(({ sql, at, line, prediction }) => ({
        sql,
        ...(at ? { file: at.file, line: at.line } : { line }),
        effects: prediction.effects,
      })),
      next:
        pending && texts.length > 0
          ? [
              {
                kind: 'call-tool',
                label: 'Plan to run what is pending',
                tool: 'planOperation',
                args: { operation: 'run', ...(asked.environment !== undefined && { environment: asked.environment }) },
              },
            ]
          : [],
    };
  },
});

type JudgedLine = JudgedStatement & { readonly line: number };

/** One text after the other, each on the schema that those before it leave. */
async function judge(texts: readonly Text[], ground: Ground): Promise<readonly JudgedLine[]> {
  const { judgeStatements } = await import('../../hazards/judge.ts');
  const judged: JudgedLine[] = [];
  let { schema } = ground;
  for (const { sql, file, lineOffset, transaction } of texts) {
    const statements = await ground.engine.split(sql).catch((error: unknown) => {
      throw file !== undefined && error instanceof LockkeeperError
        ? new LockkeeperError(error.code, `${plain(file)}: ${error.message}`, { next: error.next, cause: error })
        : error;
    });
    const lines = statements.map((statement) => statement.line + lineOffset);
    const located = statements.map((statement, index) => ({
      sql: statement.sql,
      ...(file !== undefined && { at: { file, line: lines[index] ?? 1 } }),
    }));
    const result = await judgeStatements(ground.engine, located, { schema, version: ground.version, transaction });
    judged.push(...result.perStatement.map((statement, index) => ({ ...statement, line: lines[index] ?? 1 })));
    schema = result.schemaAfter;
  }
  return judged;
}

async function givenTexts({ sql, files }: Input, call: Call): Promise<readonly Text[]> {
  // Text that does not say BEGIN is sent statement by statement.
  const texts: Text[] = sql === undefined ? [] : [{ sql, lineOffset: 0, transaction: false }];
  for (const file of files ?? []) texts.push(await textOf(file, call));
  return texts;
}

/** Migration tools run each file in a transaction unless it says otherwise. */
async function textOf(file: string, call: Call): Promise<Text> {
  const [{ readWorkspaceText }, { upHalfOf }] = await Promise.all([
    import('../../io/workspace.ts'),
    import('../up-half.ts'),
  ]);
  const text = await readWorkspaceText(call.root, file);
  if (text === undefined)
    throw new LockkeeperError(
      'INPUT.INVALID',
      `"files": there is no file ${plain(file)} in the workspace. Nothing was judged.`,
    );
  const half = upHalfOf(text.replace(/\r\n?/g, '\n'));
  return { sql: half.text, file, lineOffset: half.lineOffset, transaction: half.transaction };
}

async function pendingTexts(asked: Input, workspace: Workspace, call: Call): Promise<readonly Text[]> {
  const { openPlace } = await import('../../context/workspace-context.ts');
  const place = await openPlace(workspace, asked).catch((error: unknown) => {
    if (!(error instanceof LockkeeperError)) throw error;
    const message = `Which migrations are pending is not known: ${error.message} Give "sql" or "files" to judge without that.`;
    throw new LockkeeperError(error.code, message, {
      next: [...judgeByHand(asked, workspace), ...error.next.filter(({ tool }) => tool !== 'analyzeMigration')],
      cause: error,
    });
  });
  try {
    const { pending } = await place.tool.status(place.context);
    return await Promise.all(pending.map(({ file }) => textOf(file, call)));
  } finally {
    await place.reader.close();
  }
}

/** The newest SQL files of the project, for a migration tool that cannot be asked what is pending. */
function judgeByHand({ project }: Input, { detected, files }: Workspace): readonly NextAction[] {
  const { migrationsDir } = detected.projects.find(({ id }) => id === project) ?? detected.projects[0] ?? {};
  if (migrationsDir === undefined) return [];
  const newest = files.paths
    .filter((path) => path.startsWith(`${migrationsDir}/`) && /(?<!\.down|\/down)\.sql$/i.test(path))
    .slice(-3);
  if (newest.length === 0) return [];
  return [
    {
      kind: 'call-tool',
      label: 'Judge the newest files',
      tool: 'analyzeMigration',
      args: { files: newest, ...(project !== undefined && { project }) },
    },
  ];
}
