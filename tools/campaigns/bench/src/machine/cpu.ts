// CPU time and memory as Linux counts them (proc(5)): of one process, of this process and all its descendants, and of the whole machine.
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The length of a tick: USER_HZ is 100 on every system that Node.js supports. */
const TICK_MS = 10;

type Stat = { parent: number; ownMs: number; endedChildrenMs: number };

function readStat(pid: number | string): Stat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null; // ended meanwhile
  }
  // The name, in parentheses, may hold anything; the state follows it as field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { parent: field(4), ownMs: (field(14) + field(15)) * TICK_MS, endedChildrenMs: (field(16) + field(17)) * TICK_MS };
}

/** Returns the user and system time of a process with all its threads. */
const cpuMsOf = (pid: number): number => readStat(pid)?.ownMs ?? 0;

/** Returns the user and system time of this process and all that it started, including those that have ended. */
function cpuMsOfAllOurs(): number {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : null;
    if (stat !== null) stats.set(Number(name), stat);
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(stats.get(pid)?.parent ?? 0));
  return [...stats].filter(([pid]) => isOurs(pid)).reduce((sum, [, { ownMs, endedChildrenMs }]) => sum + ownMs + endedChildrenMs, 0);
}

export type MachineTimes = { busyMs: number; stolenMs: number };

/** Returns the times since the machine was started, of all CPUs together. */
function machineTimes(): MachineTimes {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, stolen = 0] = readFileSync('/proc/stat', 'latin1')
    .slice(3, 400)
    .trim()
    .split(/\s+/)
    .map(Number);
  return { busyMs: (user + nice + system + irq + softIrq) * TICK_MS, stolenMs: stolen * TICK_MS };
}

/** Returns the peak memory of a process in MiB. */
export function peakMemoryMb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
}

/** CPU time used between two moments: by these processes, by the whole machine, and by strangers. */
export class CpuWatch {
  private readonly at = performance.now();
  private readonly machine = machineTimes();
  private readonly ours = cpuMsOfAllOurs();
  private readonly own: number;

  constructor(private readonly pids: readonly number[]) {
    this.own = this.sum();
  }

  /** `foreignShare`: the share of all CPUs that others used or the host took away. */
  read(): { ownMs: number; machineMs: number; foreignShare: number } {
    const { busyMs, stolenMs } = machineTimes();
    const machineMs = busyMs - this.machine.busyMs;
    const foreignMs = Math.max(0, machineMs - (cpuMsOfAllOurs() - this.ours)) + stolenMs - this.machine.stolenMs;
    return { ownMs: this.sum() - this.own, machineMs, foreignShare: foreignMs / ((performance.now() - this.at) * cpus().length) };
  }

  private sum(): number {
    return this.pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  }
}
