// Places at servers: how many deliveries of a process may talk to one at a time. Who has a hand and no place gets ready meanwhile.

/** First come, first served. */
export class Places {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /** A place at once, where nobody waits for it. */
  take(): boolean {
    if (this.free === 0) return false;
    this.free -= 1;
    return true;
  }

  /** Resolves with a place, or to false once `signal` is aborted: then there is none to give back. */
  waitFor(signal: AbortSignal): Promise<boolean> {
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
      this.waiting.add(grant);
    });
  }

  giveBack(): void {
    const [next] = this.waiting;
    if (next === undefined) this.free += 1;
    else {
      this.waiting.delete(next);
      next();
    }
  }
}
