// Places: how many deliveries of a process may talk to a server at a time. A delivery that has a hand but no place is prepared meanwhile.

/** Gives out places in order of arrival. */
export class Places {
  private readonly waiting = new Map<() => void, string>();

  constructor(private free: number) {}

  /** Takes a place if one is free. */
  take(): boolean {
    if (this.free === 0) return false;
    this.free -= 1;
    return true;
  }

  /** Resolves to true with a place. Resolves to false, without one, when `signal` is aborted. */
  waitFor(way: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const grant = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.waiting.delete(grant);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.set(grant, way);
    });
  }

  giveBack(): void {
    const [next] = this.waiting.keys();
    if (next === undefined) this.free += 1;
    else this.grant(next);
  }

  /** Passes a place on to the first delivery in the queue if that one goes to the same server. Returns whether it did. */
  passOn(way: string): boolean {
    const [next] = this.waiting;
    if (next?.[1] !== way) return false;
    this.grant(next[0]);
    return true;
  }

  private grant(next: () => void): void {
    this.waiting.delete(next);
    next();
  }
}
