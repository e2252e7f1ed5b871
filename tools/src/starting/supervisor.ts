// Keeps processes running, as an orchestrator would: what dies is started again, and at the end all end in the right order.
import { type ServerProcess } from '@billing-mail/local-servers';
import { type PidFiles } from './pid-files.js';

/** A process to keep running. `start` must give the same address each time. */
export type Supervised = {
  name: string;
  /** A service uses servers. */
  kind: 'service' | 'server';
  start: () => Promise<ServerProcess>;
  endSignal: NodeJS.Signals;
  /** Longest wait for its end before it is killed. */
  endWithinMs: number;
};

type Running = { what: Supervised; process: ServerProcess };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
// Who ran this long had started well: the next end of it is a new story.
const SETTLED_AFTER_MS = 30_000;

export class Supervisor {
  private readonly running: Running[] = [];
  private isEnding = false;

  constructor(
    private readonly pidFiles: PidFiles,
    private readonly tell: (line: string) => void,
  ) {}

  /** Called whenever a process was started again. */
  onRestart: () => void = () => undefined;

  /** Starts it and resolves when it is ready; from then on it is started again whenever it ends. */
  async keep(what: Supervised): Promise<void> {
    const running = { what, process: await what.start() };
    this.running.push(running);
    if (this.isEnding) return this.end(running);
    this.watch(running, FIRST_PAUSE_MS);
  }

  pidOf(name: string): number {
    return this.running.find(({ what }) => what.name === name)?.process.pid ?? -1;
  }

  /** Ends all: services first, while what they need to finish their work is still there. */
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
