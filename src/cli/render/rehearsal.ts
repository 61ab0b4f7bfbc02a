import type { Rehearsal } from '../../core/rehearsal.ts';
import type { Colors } from '../screen.ts';
import { table } from './table.ts';
import { clean, count, duration } from './text.ts';

const WAY_BACK: Readonly<Record<string, string>> = {
  identical: 'taken back, everything is as before',
  'schema-differs': 'taken back, the schema is NOT as before',
  'data-lost': 'taken back, the schema is as before and data is NOT',
  'no-down': 'there is no way back by SQL; a backup is the way back',
  'not-run': 'not tried',
};

/** The parts of a rehearsal that an answer of the tool has too. */
export type ShownRehearsal = Pick<Rehearsal, 'source' | 'statements' | 'roundTrip' | 'dataEffects'> & {
  readonly server: { readonly engine: string; readonly version: string; readonly kind?: string };
  readonly succeeded?: boolean;
};

/** What a rehearsal showed: time, locks and rows per statement, what was lost, and the way back. */
export function renderRehearsal(rehearsal: ShownRehearsal, colors: Colors): string {
  const { server, statements } = rehearsal;
  const failed = rehearsal.succeeded === false || statements.some((one) => one.error !== undefined);
  const verdict = failed ? colors.red('FAILED') : colors.green('ran through');
  const lines = [
    `${colors.bold('Rehearsal')} ${verdict} on a ${clean(rehearsal.source)} (${clean(server.kind ?? server.engine)} ${clean(server.version, 60)})`,
  ];
  if (statements.length > 0)
    lines.push(
      table(
        ['statement', 'took', 'blocks', 'rows written', 'locks'],
        statements.map((one) => [
          oneLine(one.sql),
          duration(one.ms),
          one.blocks,
          one.rowsWritten,
          one.locks.map((lock) => `${lock.table} ${lock.mode}`).join(', '),
        ]),
        colors,
      ),
    );
  for (const one of statements) if (one.error !== undefined) lines.push(`${colors.red('✗')} ${clean(one.error)}`);
  for (const effect of rehearsal.dataEffects) lines.push(`${colors.red('–')} ${lossOf(effect)}`);
  lines.push(`Way back: ${WAY_BACK[rehearsal.roundTrip] ?? clean(rehearsal.roundTrip)}`);
  return lines.join('\n');
}

function lossOf({ table: name, column, rowsDeleted, valuesLost }: Rehearsal['dataEffects'][number]): string {
  const what = column === undefined ? clean(name, 120) : `${clean(name, 120)}.${clean(column, 120)}`;
  const losses = [
    rowsDeleted === undefined ? [] : [`${count(rowsDeleted, 'row')} deleted`],
    valuesLost === undefined ? [] : [`${count(valuesLost, 'value')} lost`],
  ].flat();
  return `${what}: ${losses.join(', ')}`;
}

function oneLine(sql: string): string {
  const text = clean(sql).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
