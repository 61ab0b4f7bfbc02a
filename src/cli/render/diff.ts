import type { SchemaChange } from '../../core/schema.ts';
import type { Answer } from '../../mcp/define-tool.ts';
import type { Colors } from '../screen.ts';
import { renderHazard, renderSql, type ShownHazard } from './hazards.ts';
import { clean, count } from './text.ts';

type Change = SchemaChange & { readonly hazards?: readonly ShownHazard[] };

export function renderDiff(answer: Answer, colors: Colors): string | undefined {
  if (answer.identical === true) return colors.green('The two schemas are the same.');
  const changes = answer.changes as readonly Change[] | undefined;
  if (!changes) return undefined;
  const sql = (answer.sql ?? {}) as { forward?: readonly string[]; backward?: readonly string[] };
  const parts = [
    count(changes.length, 'difference'),
    ...changes.map((change) => renderChange(change, colors)),
    renderScript('Forward', sql.forward, colors),
    renderScript('Backward', sql.backward, colors),
  ];
  const leftOut = answer.leftOut as { forward?: readonly string[]; backward?: readonly string[] } | undefined;
  for (const one of leftOut?.forward ?? []) parts.push(colors.yellow(`Not in the SQL: ${clean(one)}`));
  return parts.filter((part) => part !== '').join('\n');
}

function renderChange(change: Change, colors: Colors): string {
  const sign = { added: colors.green('+'), removed: colors.red('–'), changed: colors.yellow('~') }[change.kind];
  const detail =
    change.kind === 'changed'
      ? changedFields(change)
          .map((field) => `\n    ${field}`)
          .join('')
      : '';
  const hazards = (change.hazards ?? []).map((hazard) => `\n${renderHazard(hazard, colors, '    ')}`).join('');
  return `${sign} ${clean(change.object)}${detail}${hazards}`;
}

function changedFields({ from = {}, to = {} }: Change): readonly string[] {
  const text = (value: unknown): string => clean(JSON.stringify(value) ?? 'nothing', 200);
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((name) => text(from[name]) !== text(to[name]))
    .map((name) => `${clean(name)}: ${text(from[name])} → ${text(to[name])}`);
}

function renderScript(title: string, statements: readonly string[] | undefined, colors: Colors): string {
  if (!statements || statements.length === 0) return '';
  return `\n${colors.bold(title)}\n${statements.map((sql) => renderSql(`${sql};`, colors, '  ', 40)).join('\n')}`;
}
