import type { Answer } from '../mcp/define-tool.ts';

/** What a command's exit says to the shell. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, hazards: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(answer: Pick<Answer, 'outcome' | 'error'>): ExitCode {
  switch (answer.outcome) {
    case 'done':
    case 'nothing-to-do':
      return EXIT.done;
    case 'needs-approval':
    case 'refused':
      return EXIT.refused;
    case 'failed':
      return answer.error?.code === 'INPUT.INVALID' ? EXIT.usage : EXIT.failed;
  }
}
