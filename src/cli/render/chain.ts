import type { Answer } from '../../mcp/define-tool.ts';
import type { Colors } from '../screen.ts';
import { commandLineOf } from './next.ts';
import { table } from './table.ts';

interface Link {
  readonly operation: string;
  readonly tool: string;
  readonly why: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** The operations that free words stand for, in their order. */
export function renderChain(answer: Answer, colors: Colors): string | undefined {
  const chain = answer.chain as readonly Link[] | undefined;
  if (!chain || chain.length === 0) return undefined;
  const rows = chain.map((link, index) => [
    index + 1,
    link.operation,
    link.why,
    commandLineOf({ kind: 'call-tool', label: '', tool: link.tool, ...(link.args && { args: link.args }) }) ?? '',
  ]);
  return table(['', 'operation', 'why', 'command'], rows, colors);
}
