/** Versioned, baseline, repeatable and undo migrations, with Flyway's default separator. */
const NAME = /^(?:([VBU])(\d+(?:[._]\d+)*)|(R))__.+\.(?:sql|java|kt)$/;

/** True for a file name that Flyway would take for a migration. */
export function isMigration(name: string): boolean {
  return NAME.test(name) && !name.startsWith('U');
}

/** Versions part by part as numbers, repeatable migrations last, as Flyway runs them. */
export function byFlywayVersion(a: string, b: string): number {
  const [left, right] = [versionOf(a), versionOf(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : 1;
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0n) - (right[part] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return a < b ? -1 : 1;
}

function versionOf(name: string): readonly bigint[] | undefined {
  return NAME.exec(name)?.[2]?.split(/[._]/).map(BigInt);
}
