import { PollLoop, type PollLoopOptions } from './poll-loop.js';

/** A loop whose rounds end when the test says so. */
class Rounds {
  readonly errors: string[] = [];
  begun = 0;
  private end: (outcome: Promise<boolean | void>) => void = () => undefined;
  private onBegin: () => void = () => undefined;
  readonly loop: PollLoop;

  constructor(options: Partial<PollLoopOptions> = {}) {
    const look = () => {
      this.begun += 1;
      this.onBegin();
      return new Promise<boolean | void>((resolve) => (this.end = resolve));
    };
    this.loop = new PollLoop({ look, everyMs: 3_600_000, onError: ({ message }) => this.errors.push(message), ...options });
  }

  /** Ends the round under way, and waits until the next one begins. */
  async next(outcome: Promise<boolean | void>): Promise<void> {
    const begins = new Promise<void>((resolve) => (this.onBegin = resolve));
    this.end(outcome);
    await begins;
  }

  finish(outcome: Promise<boolean | void> = Promise.resolve()): void {
    this.end(outcome);
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a poll loop', () => {
  it('goes on at once while there is more, and rests otherwise', async () => {
    const rounds = new Rounds();
    rounds.loop.start();
    await rounds.next(Promise.resolve(true));
    rounds.finish();
    await settled();
    expect(rounds.begun).toBe(2);
    await rounds.loop.stop(1000);
  });

  it('is woken from its rest, and by what came while a round was under way', async () => {
    const rounds = new Rounds();
    rounds.loop.start();
    rounds.loop.wake();
    await rounds.next(Promise.resolve());
    rounds.finish();
    await settled();
    const begun = rounds.begun;
    rounds.loop.wake();
    await settled();
    expect([begun, rounds.begun]).toEqual([2, 3]);
    rounds.finish();
    await rounds.loop.stop(1000);
  });

  it('tells of a round that failed, and goes on', async () => {
    const rounds = new Rounds({ everyMs: 1 });
    rounds.loop.start();
    await rounds.next(Promise.reject(new Error('away')));
    expect(rounds.errors).toEqual(['away']);
    rounds.finish();
    await rounds.loop.stop(1000);
  });

  it('waits for the round under way when it is stopped, begins none afterwards, and is silent about what its end broke off', async () => {
    const rounds = new Rounds({ everyMs: 1 });
    rounds.loop.start();
    const stopped = rounds.loop.stop(120_000);
    expect(rounds.loop.signal.aborted).toBe(true);
    rounds.finish(Promise.reject(new Error('broken off')));
    await stopped;
    rounds.loop.wake();
    await settled();
    expect([rounds.begun, rounds.errors]).toEqual([1, []]);
  });

  it('begins no round when it is stopped before its first', async () => {
    const rounds = new Rounds({ firstAfterMs: 3_600_000 });
    rounds.loop.start();
    await rounds.loop.stop(120_000);
    expect(rounds.begun).toBe(0);
  });
});
