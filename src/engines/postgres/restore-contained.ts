import type { Node } from 'libpg-query';
import { LockkeeperError } from '../../core/errors.ts';
import type { DatabaseHandle, ProgramResult, Session, Workbench } from '../../core/ports.ts';
import { asSuperuser, closeToOthers } from './contained.ts';
import { endsWithUs } from './ends-with-us.ts';
import { facts } from './facts.ts';
import { parseSql } from './parser.ts';
import { split } from './split.ts';

/** Entries of an archive that only a superuser can make, by the words of `pg_restore --list`. */
const FIRST = /^\d+; \d+ \d+ (?:EXTENSION - |COMMENT - EXTENSION )/;
const LAST = /^\d+; \d+ \d+ (?:EVENT TRIGGER|PUBLICATION|COMMENT - (?:EVENT TRIGGER|PUBLICATION))\b/;
/** Foreign servers stay out of reach: a rehearsal that wrote to a foreign table would write to another live database. */
const NOT_AT_ALL = /^\d+; \d+ \d+ USER MAPPING\b/;
const SERVER = /^\d+; \d+ \d+ SERVER - /;

/** What is run as the superuser, whatever an archive holds: none of these runs code that the archive brought along. */
const HARMLESS: ReadonlySet<string> = new Set([
  'CreateExtensionStmt',
  'CreateForeignServerStmt',
  'CreatePublicationStmt',
  'AlterPublicationStmt',
  'CreateEventTrigStmt',
  'AlterEventTrigStmt',
  'CommentStmt',
]);
const TO_OTHER_SERVERS: ReadonlySet<string> = new Set(['dblink', 'http', 'pg_net', 'pgsql-http', 'pg_cron', 'plproxy']);

/**
 * Puts an archive into a shadow as the role that owns it, because restoring runs what functions the archive holds. What needs more
 * rights is picked out and made by the superuser, statement by statement: extensions before everything else, event triggers after.
 */
export async function restoreContained(
  bench: Workbench,
  program: string,
  archive: { readonly file: string; readonly selection: readonly string[] },
  shadow: { readonly owner: DatabaseHandle; readonly superuser: DatabaseHandle },
  check: (result: ProgramResult, program: string) => void,
): Promise<void> {
  const folder = await bench.temporaryFolder();
  try {
    const { file, selection } = archive;
    const contents = `${folder.path}/contents`;
    check(await bench.run({ argv: [program, '--list', ...selection, '-f', contents, file] }), 'pg_restore');
    const lines: string[] = [];
    for await (const line of bench.files.lines(contents)) lines.push(line);
    const scriptOf = async (name: string, some: readonly string[]): Promise<readonly string[]> => {
      if (some.length === 0) return [];
      const list = `${folder.path}/${name}.list`;
      await bench.files.write(list, `${some.join('\n')}\n`);
      const script = `${folder.path}/${name}.sql`;
      const options = ['--no-owner', '--no-privileges', `--use-list=${list}`];
      check(await bench.run({ argv: [program, ...options, '-f', script, file] }), 'pg_restore');
      return await statementsIn(bench, script);
    };
    const first = await scriptOf(
      'first',
      lines.filter((line) => FIRST.test(line) || SERVER.test(line)),
    );
    const last = await scriptOf(
      'last',
      lines.filter((line) => LAST.test(line)),
    );
    const { owner, name } = await whoseIs(bench, shadow.owner);
    const schemas = await asSuperuser(bench, shadow.superuser, (session) => makeFirst(session, first, owner));
    const rest = lines.filter(
      (line) =>
        ![FIRST, LAST, NOT_AT_ALL, SERVER].some((kind) => kind.test(line)) &&
        !schemas.some((schema) => / SCHEMA - (.*)$/.exec(line)?.[1]?.startsWith(`${schema} `)),
    );
    const list = `${folder.path}/rest.list`;
    await bench.files.write(list, `${rest.join('\n')}\n`);
    const options = ['--single-transaction', '--exit-on-error', '--no-password', '--no-owner', '--no-privileges'];
    const argv: [string, ...string[]] = [program, ...options, `--use-list=${list}`, `--dbname=${name}`, file];
    check(await bench.run({ argv: endsWithUs(argv), database: shadow.owner }), 'pg_restore');
    await asSuperuser(bench, shadow.superuser, async (session) => {
      for (const statement of last) await session.execute(statement);
    });
  } finally {
    await folder.remove();
  }
}

async function statementsIn(bench: Workbench, script: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of bench.files.lines(script)) if (!/^\\(un)?restrict /.test(line)) lines.push(line);
  const kept: string[] = [];
  for (const { sql } of await split(lines.join('\n'))) {
    const kind = Object.keys((await nodeOf(sql)) ?? {})[0] ?? '';
    if (HARMLESS.has(kind)) kept.push(sql);
    else if (kind !== 'VariableSetStmt' && kind !== 'SelectStmt')
      throw new LockkeeperError(
        'BACKUP.DAMAGED',
        'The backup holds a statement where its contents name another. Nothing was restored; the target is unchanged.',
      );
  }
  return kept;
}

/** Schemas that extensions stand in are made along with them; their names come back. */
async function makeFirst(session: Session, statements: readonly string[], owner: string): Promise<readonly string[]> {
  const schemas: string[] = [];
  for (const sql of statements) {
    const node: unknown = await nodeOf(sql);
    const extension = field<{ extname?: string; options?: readonly unknown[] }>(node, 'CreateExtensionStmt');
    for (const option of extension?.options ?? []) {
      const { defname, arg } = field<{ defname?: string; arg?: unknown }>(option, 'DefElem') ?? {};
      const schema = defname === 'schema' ? field<{ sval?: string }>(arg, 'String')?.sval : undefined;
      if (schema === undefined || /^(pg_|public$)/.test(schema) || schemas.includes(schema)) continue;
      await session.execute(`CREATE SCHEMA IF NOT EXISTS ${facts.quote(schema)} AUTHORIZATION ${facts.quote(owner)}`);
      schemas.push(schema);
    }
    await session.execute(sql);
    const name = extension?.extname ?? '';
    if (TO_OTHER_SERVERS.has(name)) await closeToOthers(session, name, owner);
    const server = field<{ servername?: string }>(node, 'CreateForeignServerStmt')?.servername;
    if (server !== undefined)
      await session.execute(`GRANT USAGE ON FOREIGN SERVER ${facts.quote(server)} TO ${facts.quote(owner)}`);
  }
  return schemas;
}

async function nodeOf(sql: string): Promise<Node | undefined> {
  const parsed = await parseSql(sql);
  return parsed.ok && parsed.statements.length === 1 ? parsed.statements[0]?.stmt : undefined;
}

function field<T>(node: unknown, name: string): T | undefined {
  return typeof node === 'object' && node !== null ? (Reflect.get(node, name) as T | undefined) : undefined;
}

async function whoseIs(bench: Workbench, database: DatabaseHandle): Promise<{ owner: string; name: string }> {
  const session = await bench.connect(database, { readOnly: true, name: 'lockkeeper restore' });
  try {
    const [row] = await session.query('SELECT session_user AS owner, current_database() AS name');
    return { owner: String(row?.owner), name: String(row?.name) };
  } finally {
    await session.close();
  }
}
