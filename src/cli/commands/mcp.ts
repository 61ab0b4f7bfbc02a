import { LockkeeperError } from '../../core/errors.ts';
import type { Declare } from '../act.ts';

/** Stands in the help; main.ts starts the server before a command line is read. */
export const mcp: Declare = (program, act) => {
  program
    .command('mcp')
    .description('start the MCP server on stdin and stdout; the same as no command at all')
    .action(
      act(() => {
        throw new LockkeeperError('INPUT.INVALID', 'The server starts with "lockkeeper mcp", options after it.');
      }),
    );
};
