/** True on Windows, where tests of file modes and signals have nothing to look at; says so loudly, and what is left out. */
export function onWindows(leftOut: string): boolean {
  if (process.platform !== 'win32') return false;
  process.stderr.write(`\n*** Windows has no POSIX modes and signals: NOT TESTED here: ${leftOut}. ***\n`);
  return true;
}
