// How slowly a body may come, and the problems that answer a body that is too large, too slow or incomplete.
import { ProblemException } from './problem.js';

// Slower than any connection in use, and yet the largest invoice has minutes. A client that sends a byte now and then would otherwise hold
// the budget for nothing.
const LEAST_BYTES_PER_MS = 64;
const GRACE_MS = 30_000;

/** Measures how long the sender of one body takes. The time between `stop` and `go`, which we take ourselves, does not count. */
export class BodyPace {
  private timer: NodeJS.Timeout | undefined;
  private waitedMs = 0;
  private since = 0;

  constructor(
    private readonly idleMs: number,
    private readonly onIdle: () => void,
  ) {
    this.go();
  }

  /** Begins to wait for the sender. */
  go(): void {
    this.since = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onSilence(this.since), this.idleMs);
  }

  // If our own event loop stalled, the timer fires before the bytes that came meanwhile are read. So the check waits until they have been.
  private onSilence(since: number): void {
    setImmediate(() => {
      if (this.timer !== undefined && this.since === since) this.onIdle();
    });
  }

  /** Call for each chunk, with the number of bytes received so far. Returns whether they took too long. */
  isTooSlow(received: number): boolean {
    const now = performance.now();
    this.waitedMs += now - this.since;
    this.since = now;
    this.timer?.refresh();
    return this.waitedMs > GRACE_MS + received / LEAST_BYTES_PER_MS;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

export const tooLarge = (limitBytes: number) =>
  new ProblemException(413, 'entity-too-large', `The body is too large: at most ${limitBytes} bytes are accepted.`);
export const tooMuchAtOnce = () =>
  new ProblemException(429, 'too-much-at-once', 'Too much is being sent at the moment. Nothing was changed; try again shortly.');
export const tooSlow = () =>
  new ProblemException(408, 'body-too-slow', 'The body did not come in time. Nothing was changed; send it again.');
export const requestAborted = () => new ProblemException(400, 'request-aborted', 'The body ended early.');
