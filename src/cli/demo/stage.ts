import type { Fingerprint } from '../../core/database-engine.ts';
import { digestOfData } from '../../core/digest.ts';
import type { DatabaseHandle, Session, Workbench } from '../../core/ports.ts';
import { engineFor } from '../../engines/index.ts';
import { resolveInside } from '../../io/workspace.ts';
import { type Answer, answerTool } from '../../mcp/define-tool.ts';
import { type Call, look } from '../../pipeline.ts';
import { openState, type State } from '../../state/open-state.ts';
import { MIGRATIONS } from './migrations.ts';
import { type DemoEngine, fillShop, ownHistory, SHOP_TABLES } from './shop-data.ts';

/** What a database held at one moment: every row of every table, and every object of the schema. */
export interface Snapshot {
  readonly fingerprint: Fingerprint;
  readonly schema: string;
}

/** One workspace with one throwaway database in it, that the demo made itself. */
export interface Stage {
  readonly engine: DemoEngine;
  /** What the person types: the server's own name for the database. */
  readonly databaseName: string;
  readonly call: Call;
  /** An MCP tool, called as a client calls it. Stops where the demo was interrupted. */
  tool(name: string, input: Readonly<Record<string, unknown>>): Promise<Answer>;
  snapshot(): Promise<Snapshot>;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  end(): Promise<void>;
}

export const ENVIRONMENT = 'production';

/** Builds the shop: files, database, rows. The environment is named production, so that the gate treats it as such. */
export async function buildStage(
  engine: DemoEngine,
  folder: string,
  bench: Workbench,
  call: Call,
  saw: (answer: Answer) => void,
): Promise<Stage> {
  await bench.files.folder(`${folder}/shop/migrations`);
  const root = await resolveInside(`${folder}/shop`, '.');
  for (const [name, text] of Object.entries(MIGRATIONS)) await bench.files.write(`${root}/migrations/${name}`, text);
  const { database, url } = await startDatabase(engine, bench, root);
  await bench.files.write(`${root}/.env.${ENVIRONMENT}`, `DATABASE_URL=${url}\n`);
  await fill(engine, bench, database);
  let opened: Promise<State> | undefined;
  const state = (): Promise<State> => {
    opened ??= openState(root);
    return opened;
  };
  const demoCall: Call = { root, signal: call.signal, progress: call.progress, state };
  return {
    engine,
    databaseName: engine === 'sqlite' ? 'shop.db' : 'postgres',
    call: demoCall,
    async tool(name, input) {
      call.signal.throwIfAborted();
      const answer = await answerTool(name, input, demoCall);
      saw(answer);
      call.signal.throwIfAborted();
      return answer;
    },
    snapshot: () => snapshot(demoCall, bench, database),
    query: (sql) => reading(bench, database, (session) => session.query(sql)),
    async end() {
      (await opened)?.close();
    },
  };
}

async function startDatabase(
  engine: DemoEngine,
  bench: Workbench,
  root: string,
): Promise<{ readonly database: DatabaseHandle; readonly url: string }> {
  if (engine === 'sqlite') {
    const url = `sqlite:${root}/shop.db`;
    return { database: bench.handle(url), url: 'sqlite:shop.db' };
  }
  const { database } = await bench.pglite.start({});
  // Embedded PostgreSQL lets in whoever reaches it; what stands here as a password protects nothing and opens nothing else.
  return { database, url: `postgresql://postgres:pglite@${database.place}?sslmode=disable` };
}

async function fill(engine: DemoEngine, bench: Workbench, database: DatabaseHandle): Promise<void> {
  const session = await bench.connect(database, { name: 'lockkeeper demo', create: true });
  try {
    const [first = ''] = Object.keys(MIGRATIONS);
    const statements = [...SHOP_TABLES, ...ownHistory(engine, first), ...fillShop(engine)];
    await session.execute('BEGIN');
    for (const sql of statements) await session.execute(sql);
    await session.execute('COMMIT');
  } finally {
    await session.close();
  }
}

async function snapshot(call: Call, bench: Workbench, database: DatabaseHandle): Promise<Snapshot> {
  call.signal.throwIfAborted();
  const place = await look(call, { environment: ENVIRONMENT });
  try {
    const engine = await engineFor(database.engine);
    const fingerprint = await reading(bench, database, (session) => engine.fingerprint(session));
    return { fingerprint, schema: place.context.schema.digest };
  } finally {
    await place.reader.close();
  }
}

async function reading<T>(
  bench: Workbench,
  database: DatabaseHandle,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await bench.connect(database, { name: 'lockkeeper demo', readOnly: true });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** True where both hold the same rows in the same schema. */
export function same(a: Snapshot, b: Snapshot): boolean {
  return a.schema === b.schema && digestOfData(a.fingerprint) === digestOfData(b.fingerprint);
}

/** True where the tables that are in both hold the same rows. */
export function sameRows(a: Snapshot, b: Snapshot, tables: readonly string[]): boolean {
  const rows = ({ fingerprint }: Snapshot): string =>
    digestOfData(fingerprint.tables.filter(({ table }) => tables.includes(table.replace(/^.*\./, ''))));
  return rows(a) === rows(b);
}
