// How slowly a body may come, and what is said of one that does not come as it should.
import { ProblemException } from './problem.js';

// Slower than any line in use, and yet the largest invoice has minutes: who sends a byte now and then holds the budget for nothing.
const LEAST_BYTES_PER_MS = 64;
const GRACE_MS = 30_000;

/** Times the sender of one body; what we take ourselves is not counted while it is stopped. */
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

  /** We wait for the sender, from now on. */
  go(): void {
    this.since = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onSilence(this.since), this.idleMs);
  }

  // After a stall of our own a timer is called before what came meanwhile has been read.
  private onSilence(since: number): void {
    setImmediate(() => {
      if (this.timer !== undefined && this.since === since) this.onIdle();
    });
  }

  /** Call with each piece that came: whether so many bytes in all took too long. */
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
  new ProblemException(413, 'entity-too-large', `The body is too large: more than ${limitBytes} bytes are not taken.`);
export const tooMuchAtOnce = () =>
  new ProblemException(429, 'too-much-at-once', 'Too much is being sent at the moment. Nothing was changed; try again shortly.');
export const tooSlow = () =>
  new ProblemException(408, 'body-too-slow', 'The body did not come in time. Nothing was changed; send it again.');
export const requestAborted = () => new ProblemException(400, 'request-aborted', 'The body ended early.');
