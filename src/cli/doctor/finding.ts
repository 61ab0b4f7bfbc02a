/** One line of the doctor's report. */
export interface Finding {
  readonly about: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function ok(about: string, found: string): Finding {
  return { about, state: 'ok', found };
}

export function warn(about: string, found: string, advice: string): Finding {
  return { about, state: 'warn', found, advice };
}

export function fail(about: string, found: string, advice: string): Finding {
  return { about, state: 'fail', found, advice };
}
