/** Few kinds, many rules. Policy speaks of kinds; people read the rule's message. */
export type HazardKind =
  | 'deletes-data'
  | 'irreversible'
  | 'rewrites-table'
  | 'scans-table'
  | 'blocks-reads'
  | 'blocks-writes'
  | 'breaks-clients'
  | 'non-transactional'
  | 'fails-on-data'
  | 'opaque';

export const SEVERITIES = ['info', 'caution', 'danger', 'forbidden'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Risk = 'safe' | Severity;

/** How a claim is known: read off the statement, asked of the engine, or seen in a rehearsal. */
export type Evidence = 'rule' | 'engine' | 'rehearsal';

export interface Location {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** A named way a step can hurt. */
export interface Hazard {
  readonly kind: HazardKind;
  /** The rule that found it, such as `drop-column`. */
  readonly rule: string;
  readonly severity: Severity;
  /** One or two sentences: what will happen to this database, with its names. */
  readonly message: string;
  readonly at?: Location;
  /** Statements that reach the same end with less harm. */
  readonly saferWay?: readonly string[];
  readonly evidence: Evidence;
}

/** The highest severity, or `safe` where there is none. */
export function riskOf(hazards: readonly Hazard[]): Risk {
  let highest = -1;
  for (const hazard of hazards) highest = Math.max(highest, SEVERITIES.indexOf(hazard.severity));
  return SEVERITIES[highest] ?? 'safe';
}
