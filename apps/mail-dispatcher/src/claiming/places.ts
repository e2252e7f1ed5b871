// Places at servers: how many deliveries of a process may talk to one at a time. A delivery with a hand and no place is prepared meanwhile.

/** First come, first served. */
export class Places {
  private readonly waiting = new Map<() => void, string>();

  constructor(private free: number) {}

  /** A place at once, where nobody waits for it. */
  take(): boolean {
    if (this.free === 0) return false;
    this.free -= 1;
    return true;
  }

  /** Resolves with a place, or to false once `signal` is aborted: then there is none to give back. */
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

  /** Gives a place to who is the next, if that one goes the same way; says whether it did. */
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
