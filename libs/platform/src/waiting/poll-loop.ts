// The one way to do something again and again for as long as a process lives.
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from './within.js';

export type PollLoopOptions = {
  /** One round. Resolves to true when there is more to do, so that the next round follows at once. */
  look: (signal: AbortSignal) => Promise<boolean | void>;
  /** From the end of a round to the beginning of the next, in milliseconds. */
  everyMs: number;
  /** Before the first round, in milliseconds. If it is random, processes that were started together look at different times. */
  firstAfterMs?: number;
  /** Called for a round that failed; the next one comes at its time. Not called for what fails because the loop was stopped. */
  onError: (error: Error) => void;
};

export class PollLoop {
  private readonly leaving = new AbortController();
  private pause = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly options: PollLoopOptions) {}

  /** Aborts when the loop is stopped. */
  get signal(): AbortSignal {
    return this.leaving.signal;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Begins the next round without waiting for its time, because there is something to do. */
  wake(): void {
    this.pause.abort();
  }

  /** Begins no further round, and waits for the one under way, but no longer than `ms`. */
  async stop(ms = 0): Promise<void> {
    this.leaving.abort();
    this.wake();
    if (this.running !== null && ms > 0) await within(ms, this.running);
  }

  private async run(): Promise<void> {
    const { everyMs, firstAfterMs = 0 } = this.options;
    if (firstAfterMs > 0) await this.rest(firstAfterMs);
    while (!this.signal.aborted) {
      // Made before the round: a `wake` during the round may come too late for that round, and must then end the rest after it.
      this.pause = new AbortController();
      const hasMore = await this.round();
      if (!hasMore) await this.rest(everyMs);
    }
  }

  private async round(): Promise<boolean> {
    try {
      return (await this.options.look(this.signal)) === true;
    } catch (error) {
      if (!this.signal.aborted) this.options.onError(error as Error);
      return false;
    }
  }

  /** Waits, without keeping the process alive. */
  private async rest(ms: number): Promise<void> {
    if (this.signal.aborted) return;
    await sleep(ms, undefined, { ref: false, signal: this.pause.signal }).catch(() => undefined);
  }
}
