import { count } from '../../render/text.ts';
import type { Teller } from '../check.ts';
import { FIRST, MIGRATIONS } from '../migrations.ts';
import { ALL_ROWS, ROWS } from '../shop-data.ts';
import { ENVIRONMENT, type Stage, same } from '../stage.ts';

interface Project {
  readonly tool: string;
  readonly engine: string;
  readonly history: { readonly count: number };
  readonly environments: readonly { readonly name: string; readonly protected: boolean }[];
}

/** What is here, and what has been applied: two looks that leave no trace. */
export async function lookAround(stage: Stage, teller: Teller): Promise<void> {
  teller.section('1  What is here?');
  const start = await stage.snapshot();
  const rows = start.fingerprint.tables.filter(({ table }) => table.replace(/^.*\./, '') in ROWS);
  const total = rows.reduce((sum, table) => sum + table.rows, 0);
  teller.say(
    `A shop: ${rows.map((table) => `${table.table.replace(/^.*\./, '')} ${table.rows.toLocaleString('en-US')}`).join(', ')}.`,
  );
  teller.check(`${count(total, 'row')} in ${rows.length} tables.`, total === ALL_ROWS && rows.length === 5);
  const detected = await stage.tool('detectTool', {});
  const projects = (detected.projects ?? []) as readonly Project[];
  const [project] = projects;
  teller.check(
    `Found one setup: ${project?.tool} on ${project?.engine}, ${project?.history.count} migrations.`,
    projects.length === 1 &&
      project?.tool === 'raw-sql' &&
      project.engine === stage.engine &&
      project.history.count === Object.keys(MIGRATIONS).length,
  );
  teller.check(
    'The environment "production" is protected: every write there needs a person.',
    project?.environments.some((one) => one.name === ENVIRONMENT && one.protected) === true,
  );

  teller.section('2  What has been applied?');
  const status = await stage.tool('migrationStatus', { environment: ENVIRONMENT });
  const applied = (status.applied ?? []) as readonly { id: string }[];
  const pending = (status.pending ?? []) as readonly { id: string }[];
  teller.check(
    `Applied long ago by a script of the shop's own: ${applied.map((one) => one.id).join(', ')}.`,
    applied.length === 1 && applied[0]?.id === FIRST,
  );
  teller.check(`Pending: ${pending.map((one) => one.id).join(', ')}.`, pending.length === 4);
  teller.check('Looking changed nothing.', same(start, await stage.snapshot()));
}
