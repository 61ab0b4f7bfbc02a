import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process so that a later one with the same number is not taken for it. */
export interface ProcessId {
  readonly pid: number;
  readonly host: string;
  /** Start time as the system counts it, where it says so. */
  readonly started?: string;
}

export function thisProcess(): ProcessId {
  return named(process.pid);
}

/** False only where it is certain: same machine, and no process of that number or a younger one. */
export function isAlive(id: ProcessId): boolean {
  if (id.host !== hostname()) return true;
  try {
    process.kill(id.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = named(id.pid);
  return id.started === undefined || now.started === undefined || id.started === now.started;
}

const TAG = /([0-9a-f]{8})-(\d+)-(\d*)/;

/** Names this process in the name of a file, so that a later one can tell whose it was. */
export function ownerTag(): string {
  const { pid, started } = thisProcess();
  return `${numbering()}-${pid}-${started ?? ''}`;
}

/** True where the name carries the tag of a process that is certainly gone. */
export function isAbandoned(name: string): boolean {
  const [, where, pid, started] = TAG.exec(name) ?? [];
  if (where !== numbering() || pid === undefined) return false;
  return !isAlive({ pid: Number(pid), host: hostname(), ...(started && { started }) });
}

/** Which count of processes a number belongs to: two containers on one disk have their own each. */
function numbering(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has them.
  }
  return createHash('sha256').update(`${hostname()} ${namespace}`).digest('hex').slice(0, 8);
}

function named(pid: number): ProcessId {
  const started = startTime(pid);
  return { pid, host: hostname(), ...(started !== undefined && { started }) };
}

/** Field 22 of /proc/PID/stat (proc(5)); the name in parentheses before it may hold anything. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
