/** Shell function: whether a process is there. Looking at /proc needs no right to signal it. */
export const ALIVE = 'alive() { if [ -d /proc/self ]; then [ -d "/proc/$1" ]; else kill -0 "$1"; fi; }';

/**
 * The command, ended by a child of its own once this process is gone (kill -9): a dump that nobody waits for would keep its locks on
 * every table, and a restore would go on writing while the next run believes that the database is its own.
 */
export function endsWithUs(
  command: readonly [string, ...string[]],
  parent: number = process.pid,
): readonly [string, ...string[]] {
  if (process.platform === 'win32') return command;
  const script = `
    parent=$1; shift
    ${ALIVE}
    (
      while alive $$ && alive "$parent"; do sleep 1 || exit; done
      if alive $$; then kill -TERM $$; fi
    ) </dev/null >/dev/null 2>&1 &
    exec "$@"`;
  return ['sh', '-c', script, 'sh', String(parent), ...command];
}
