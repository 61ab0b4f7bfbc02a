import type { ExitCode } from '../exit-code.ts';
import type { Invocation } from '../invocation.ts';
export async function tellStory(_i: Invocation, _e: readonly string[]): Promise<ExitCode> {
  return 0;
}
