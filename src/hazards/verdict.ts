import type { JudgedStatement } from './judge.ts';

/** Kinds that are dangerous whatever is locked: data is lost, running code breaks, or nobody can see what happens. */
const DANGEROUS_KINDS = new Set(['deletes-data', 'irreversible', 'breaks-clients', 'opaque']);

/**
 * The contract's word: a lock that blocks writes or more is held on an existing relation while an existing relation is scanned or
 * rewritten; or running old code breaks; or data is lost. What cannot be seen could be any of them.
 */
export function isDangerous(statement: JudgedStatement): boolean {
  if (statement.worksUnderLock) return true;
  if (statement.prediction.effects.some((effect) => effect.loses !== undefined)) return true;
  return statement.hazards.some(
    (hazard) => DANGEROUS_KINDS.has(hazard.kind) && (hazard.severity === 'danger' || hazard.severity === 'forbidden'),
  );
}

/** The verdict over all statements. */
export function verdictOf(result: {
  readonly perStatement: readonly JudgedStatement[];
}): 'safe' | 'caution' | 'dangerous' {
  if (result.perStatement.some(isDangerous)) return 'dangerous';
  const needsCare = result.perStatement.some((one) => one.hazards.some((hazard) => hazard.severity !== 'info'));
  return needsCare ? 'caution' : 'safe';
}
