import { EXIT } from './exit-code.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal asks the work to stop and to say how far it came; the second leaves at once. */
export function onInterrupt(stop: AbortController, tell: (message: string) => void): () => void {
  const heard = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    tell(`${signal}: stopping. What runs now is asked to end, and a report follows; once more leaves at once.`);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, heard);
  };
}
