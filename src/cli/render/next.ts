import type { NextAction } from '../../core/report.ts';
import type { Colors } from '../screen.ts';
import { clean } from './text.ts';

/** The command that does the same as an MCP tool. */
const COMMANDS: Readonly<Record<string, string>> = {
  detectTool: 'detect',
  migrationStatus: 'status',
  planOperation: 'plan',
  analyzeMigration: 'lint',
  rehearse: 'rehearse',
  backup: 'backup',
  diffSchemas: 'diff',
  generateMigration: 'generate',
  runMigrations: 'run',
  rollback: 'rollback',
  seed: 'seed',
};

/** Arguments that stand without a name in front, by tool, in their order. */
const POSITIONS: Readonly<Record<string, readonly string[]>> = {
  planOperation: ['operation'],
  rehearse: ['planId'],
  backup: ['action', 'backupId'],
  diffSchemas: ['from', 'to'],
  generateMigration: ['name'],
};

const OPTIONS: Readonly<Record<string, string>> = { planId: '--plan', backupId: '--backup' };

export function renderNext(next: readonly NextAction[], colors: Colors): string {
  return next
    .map((action) => {
      const command = commandLineOf(action);
      return `${colors.cyan('→')} ${clean(action.label)}${command === undefined ? '' : `\n    ${colors.bold(command)}`}`;
    })
    .join('\n');
}

/** What a person types for a next action; undefined where there is nothing to type. */
export function commandLineOf({ kind, tool, args = {} }: NextAction): string | undefined {
  if (kind === 'run-command') return typeof args.command === 'string' ? clean(args.command) : undefined;
  const command = kind === 'call-tool' && tool !== undefined ? COMMANDS[tool] : undefined;
  if (command === undefined) return undefined;
  const positions = (tool !== undefined && POSITIONS[tool]) || [];
  const words = ['lockkeeper', command];
  for (const name of positions) if (name in args) words.push(quoted(args[name]));
  for (const [name, value] of Object.entries(args)) {
    if (positions.includes(name) || value === undefined) continue;
    words.push(OPTIONS[name] ?? `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, quoted(value));
  }
  return words.join(' ');
}

function quoted(value: unknown): string {
  const text = clean(typeof value === 'object' ? JSON.stringify(value) : value, 200);
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
