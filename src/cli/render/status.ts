import type { MigrationProblem } from '../../core/migration-tool.ts';
import type { Answer } from '../../mcp/define-tool.ts';
import type { Colors } from '../screen.ts';
import { renderNext } from './next.ts';
import { Painted, pairs, table } from './table.ts';
import { clean, count } from './text.ts';

/** More than a screen of applied migrations says no more than their number. */
const SHOWN_APPLIED = 15;

export function renderStatus(answer: Answer, colors: Colors): string | undefined {
  const database = answer.database as { engine: string; version: string; name: string } | undefined;
  if (!database) return undefined;
  const environment = answer.environment as { name: string; kind: string; protected: boolean } | undefined;
  const applied = (answer.applied ?? []) as readonly { id: string; appliedAt?: string }[];
  const pending = (answer.pending ?? []) as readonly { id: string; file: string }[];
  const problems = (answer.problems ?? []) as readonly MigrationProblem[];
  const rows = [
    ...pending.map((one) => [new Painted('pending', colors.yellow), one.id, one.file]),
    ...applied.slice(0, SHOWN_APPLIED).map((one) => [new Painted('applied', colors.green), one.id, one.appliedAt]),
  ];
  const parts = [
    pairs(
      [
        ['Database', `${colors.bold(clean(database.name))}  ${clean(database.engine)} ${clean(database.version, 60)}`],
        [
          'Environment',
          environment &&
            `${clean(environment.name)} (${environment.kind}${environment.protected ? ', protected' : ''})`,
        ],
        ['Migrations', `${applied.length} applied, ${pending.length} pending, ${count(problems.length, 'problem')}`],
      ],
      colors,
    ),
  ];
  if (rows.length > 0) parts.push(table(['', 'migration', ''], rows, colors));
  if (applied.length > SHOWN_APPLIED)
    parts.push(colors.dim(`… and ${applied.length - SHOWN_APPLIED} applied before those (--json has all)`));
  for (const problem of problems)
    parts.push(
      `${colors.red(`✗ ${clean(problem.kind)}`)} ${clean(problem.message)}\n${renderNext(problem.next, colors)}`,
    );
  return parts.join('\n\n');
}
