import type { DatabaseHandle, Workbench } from '../../src/core/ports.ts';
import { handleFor } from '../../src/io/handle.ts';
import { Secret } from '../../src/io/secret.ts';
import { createWorkbench } from '../../src/io/workbench.ts';

/** A handle for a URL, as the rest of the program would have it. */
export function handleOf(url: string): DatabaseHandle {
  return handleFor(Secret.of(url), '/');
}

/** The real workbench; `overrides` fake the outside, such as which programs are installed. */
export function testBench(overrides: Partial<Workbench> = {}): Workbench {
  const signal = overrides.signal ?? new AbortController().signal;
  return { ...createWorkbench({ root: '/', signal, progress: () => {} }), ...overrides };
}
