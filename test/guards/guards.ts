/** One guard taken out: text in a file of ours that is replaced, and the test that must notice. */
export interface BrokenGuard {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly noticedBy: string;
}

const p = (name: string) => `test/properties/${name}.test.ts`;

export const GUARDS: readonly BrokenGuard[] = [
  {
    what: 'P1: plans are frozen',
    file: 'src/plan/freeze-plan.ts',
    find: 'Object.freeze(value);',
    replace: '',
    noticedBy: p('p1-plan-is-a-value'),
  },
  {
    what: 'P1: the digest names the database',
    file: 'src/plan/freeze-plan.ts',
    find: 'database: environment.database,',
    replace: '',
    noticedBy: p('p1-plan-is-a-value'),
  },
  {
    what: 'P1: the digest covers what would run',
    file: 'src/plan/freeze-plan.ts',
    find: '      action,\n',
    replace: '',
    noticedBy: p('p1-plan-is-a-value'),
  },
  {
    what: 'P2: an approval is redeemed once',
    file: 'src/gate/gate.ts',
    find: '  approved.delete(approval);\n',
    replace: '',
    noticedBy: p('p2-only-the-gate'),
  },
  {
    what: 'P2: an approval of the gate is asked for',
    file: 'src/gate/gate.ts',
    find: "if (!plan) throw new TypeError('not an approval of the gate, or one that was redeemed before');",
    replace: 'if (!plan) return approval as never;',
    noticedBy: p('p2-only-the-gate'),
  },
  {
    what: 'P2: the plan is made again under the lock',
    file: 'src/execute/execute.ts',
    find: '      await this.#planAgain();\n',
    replace: '',
    noticedBy: p('p2-only-the-gate'),
  },
  {
    what: 'P2: a plan runs once',
    file: 'src/state/plan-store.ts',
    find: 'UPDATE plans SET spent_at = ? WHERE id = ? AND spent_at IS NULL',
    replace: 'UPDATE plans SET spent_at = ? WHERE id = ?',
    noticedBy: p('p2-only-the-gate'),
  },
  {
    what: 'P2: a stored plan is sealed',
    file: 'src/state/plan-store.ts',
    find: "if (!isSealed('plan',",
    replace: "if (row.seal === null && !isSealed('plan',",
    noticedBy: p('p2-only-the-gate'),
  },
  {
    what: 'P3: consent is asked for',
    file: 'src/gate/gate.ts',
    find: 'needs.consent !== undefined &&',
    replace: 'needs.consent === "" &&',
    noticedBy: p('p3-the-human-answers'),
  },
  {
    what: 'P3: the name must be the right one',
    file: 'src/gate/consent.ts',
    find: 'typedName.trim() !== plan.environment.database.name',
    replace: 'typedName.length > 1000',
    noticedBy: p('p3-the-human-answers'),
  },
  {
    what: 'P3: a consent is sealed',
    file: 'src/state/consent-store.ts',
    find: "isSealed('consent', sealedText(consent), row.seal)",
    replace: "(isSealed('consent', sealedText(consent), row.seal) || true)",
    noticedBy: p('p3-the-human-answers'),
  },
  {
    what: 'P3: a consent is spent once',
    file: 'src/state/consent-store.ts',
    find: 'AND spent_at IS NULL AND expires_at >',
    replace: 'AND expires_at >',
    noticedBy: p('p3-the-human-answers'),
  },
  {
    what: 'P4: what is sent is judged, not what is shown',
    file: 'src/plan/build-plan.ts',
    find: "return action.kind === 'statements' ? action.statements : statements;",
    replace: 'return action.kind === "write-file" ? [] : statements;',
    noticedBy: p('p4-adapters-do-not-judge'),
  },
  {
    what: 'P4: a program is opaque',
    file: 'src/plan/build-plan.ts',
    find: 'hazards = [opaque(draft)];',
    replace: 'hazards = []; void opaque;',
    noticedBy: p('p4-adapters-do-not-judge'),
  },
  {
    what: 'P5: a protected environment needs a person',
    file: 'src/gate/policy.ts',
    find: "if (environment.protected) return 'This environment",
    replace: "if (environment.name === 'never') return 'This environment",
    noticedBy: p('p5-unproven-is-production'),
  },
  {
    what: 'P6: the restored rows are compared',
    file: 'src/execute/back-up.ts',
    find: 'if (other.checksum !== table.checksum)',
    replace: 'if (other.checksum === "")',
    noticedBy: p('p6-backup-means-restored'),
  },
  {
    what: 'P6: the rows are counted',
    file: 'src/execute/back-up.ts',
    find: '      if (difference !== undefined)',
    replace: '      if (difference === "")',
    noticedBy: p('p6-backup-means-restored'),
  },
  {
    what: 'P6: the file is the one that was written',
    file: 'src/execute/back-up.ts',
    find: '  await checkFile(bench, manifest, file);\n',
    replace: '',
    noticedBy: p('p6-backup-means-restored'),
  },
  {
    what: 'P7: a failed transaction is taken back',
    file: 'src/execute/run-statements.ts',
    find: "await session.execute('ROLLBACK');",
    replace: "await session.execute('COMMIT');",
    noticedBy: p('p7-failure-is-data'),
  },
  {
    what: 'P7: foreign text is fenced',
    file: 'src/core/untrusted.ts',
    find: ".replace(/[⟪⟫]/g, '·')",
    replace: '',
    noticedBy: p('p7-failure-is-data'),
  },
  {
    what: 'P8: a secret does not print',
    file: 'src/io/secret.ts',
    find: "  toJSON(): string {\n    return '[secret]';",
    replace: '  toJSON(): string {\n    return this.#value;',
    noticedBy: p('p8-secrets-are-a-type'),
  },
  {
    what: 'P8: foreign words are redacted',
    file: 'src/io/redact.ts',
    find: "clean = clean.replaceAll(secret, '[secret]')",
    replace: 'clean = clean.replaceAll(secret, secret)',
    noticedBy: p('p8-secrets-are-a-type'),
  },
];
