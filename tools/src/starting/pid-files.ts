// Stores on disk which processes we started, so that a start can end those that a killed start left behind, and no others.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

type Note = { pid: number; startedAt: string; endSignal: NodeJS.Signals };

const END_WITHIN_MS = 10_000;

/** A folder with one file per running process. */
export class PidFiles {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  note(name: string, pid: number, endSignal: NodeJS.Signals): void {
    const note: Note = { pid, startedAt: startTimeOf(pid) ?? '', endSignal };
    writeFileSync(this.fileOf(name), JSON.stringify(note));
  }

  forget(name: string): void {
    rmSync(this.fileOf(name), { force: true });
  }

  /** Returns the process id of `name` if it still runs. The start time is compared too, because the id may have been reused. */
  runningPid(name: string): number | null {
    const note = this.read(name);
    return note !== null && startTimeOf(note.pid) === note.startedAt ? note.pid : null;
  }

  hasAny(): boolean {
    return this.names().length > 0;
  }

  /** Ends every recorded process, with its own signal first. Resolves with the names of those that were running. */
  async endAll(): Promise<string[]> {
    const names = this.names();
    const left = names.filter((name) => this.runningPid(name) !== null);
    await Promise.all(left.map((name) => this.end(name)));
    for (const name of names) this.forget(name);
    return left;
  }

  private names(): string[] {
    const files = readdirSync(this.folder).filter((file) => file.endsWith('.json'));
    return files.map((file) => file.slice(0, -'.json'.length));
  }

  private async end(name: string): Promise<void> {
    const deadline = Date.now() + END_WITHIN_MS;
    this.signal(name, this.read(name)?.endSignal ?? 'SIGTERM');
    while (this.runningPid(name) !== null) {
      if (Date.now() > deadline) this.signal(name, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.runningPid(name);
    if (pid !== null) process.kill(pid, signal);
  }

  private read(name: string): Note | null {
    try {
      return JSON.parse(readFileSync(this.fileOf(name), 'utf8')) as Note;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  private fileOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}

/** Returns when a process began, in the system's own unit; `null` if there is none or it is a zombie. */
function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      // proc(5): the name in parentheses may contain anything. After it come the state (field 3) and the start time (field 22).
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return null; // ps exits with 1 if there is no such process
  }
}
