// Keeps processes running as an orchestrator would: restarts those that end, and finally ends all of them in the right order.
import { type ServerProcess } from '@billing-mail/local-servers';
import { type PidFiles } from './pid-files.js';

/** A process to keep running. `start` must use the same address each time. */
export type Supervised = {
  name: string;
  /** A service uses servers, so it ends before them. */
  kind: 'service' | 'server';
  start: () => Promise<ServerProcess>;
  endSignal: NodeJS.Signals;
  /** Longest wait for the process to end before it is killed. */
  endWithinMs: number;
};

type Running = { what: Supervised; process: ServerProcess };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
// A process that ran for this long had started well, so the pause before its next restart is short again.
const SETTLED_AFTER_MS = 30_000;

export class Supervisor {
  private readonly running: Running[] = [];
  private isEnding = false;

  constructor(
    private readonly pidFiles: PidFiles,
    private readonly tell: (line: string) => void,
  ) {}

  /** Called whenever a process was restarted. */
  onRestart: () => void = () => undefined;

  /** Starts a process and resolves when it is ready. From then on it is restarted whenever it ends. */
  async keep(what: Supervised): Promise<void> {
    const running = { what, process: await what.start() };
    this.running.push(running);
    if (this.isEnding) return this.end(running);
    this.watch(running, FIRST_PAUSE_MS);
  }

  pidOf(name: string): number {
    return this.running.find(({ what }) => what.name === name)?.process.pid ?? -1;
  }

  /** Ends all processes: services first, while the servers that they need to finish their work still run. */
  async endAll(): Promise<void> {
    this.isEnding = true;
    for (const kind of ['service', 'server'] as const) {
      await Promise.all(this.running.filter(({ what }) => what.kind === kind).map((running) => this.end(running)));
    }
  }

  private async end({ what, process }: Running): Promise<void> {
    await process.end(what.endSignal, what.endWithinMs);
    this.pidFiles.forget(what.name);
  }

  private watch(running: Running, pauseMs: number): void {
    const { what, process } = running;
    const startedAt = Date.now();
    this.pidFiles.note(what.name, process.pid, what.endSignal);
    void process.ended.then(async () => {
      if (this.isEnding) return;
      const pause = Date.now() - startedAt > SETTLED_AFTER_MS ? FIRST_PAUSE_MS : pauseMs;
      this.tell(`${what.name} (process ${process.pid}) ended; starting it again`);
      await this.startAgain(running, pause);
    });
  }

  private async startAgain(running: Running, pauseMs: number): Promise<void> {
    const nextPauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (this.isEnding) return;
    try {
      running.process = await running.what.start();
    } catch (error) {
      this.tell(`${running.what.name} did not start: ${(error as Error).message}`);
      return this.startAgain(running, nextPauseMs);
    }
    if (this.isEnding) return this.end(running);
    this.tell(`${running.what.name} is back as process ${running.process.pid}`);
    this.watch(running, nextPauseMs);
    this.onRestart();
  }
}
