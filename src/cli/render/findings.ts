/** The answer of analyzeMigration, as far as the four formats of lint show it. */
export interface Findings {
  readonly verdict?: 'safe' | 'caution' | 'dangerous';
  readonly findings: readonly Finding[];
  readonly statements: readonly unknown[];
  readonly unparsed: number;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Finding {
  readonly rule: string;
  readonly kind: string;
  readonly severity: 'info' | 'caution' | 'danger' | 'forbidden';
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly statement?: string;
  readonly saferWay?: readonly string[];
  readonly evidence?: string;
}

export function findingsOf(answer: Readonly<Record<string, unknown>>): Findings {
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return {
    ...(answer.verdict !== undefined && { verdict: answer.verdict as NonNullable<Findings['verdict']> }),
    ...(answer.error !== undefined && { error: answer.error as NonNullable<Findings['error']> }),
    findings: list(answer.findings) as readonly Finding[],
    statements: list(answer.statements),
    unparsed: Number(answer.unparsed ?? 0),
  };
}
