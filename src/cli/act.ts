import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';

/** Turns a command's work into what commander calls. The work is given the operands and the options as they were declared. */
export type Act = <Args extends readonly unknown[]>(
  work: (invocation: Invocation, ...args: Args) => Promise<ExitCode>,
) => (...args: unknown[]) => Promise<void>;

/** Adds one command to the program. */
export type Declare = (program: Command, act: Act) => void;
