/**
 * Runs long work one piece at a time. Its owners, teams or users, take turns, so that one with a lot of work, or crafted input, delays the
 * others by one piece only.
 */
export class Turns {
  private isTaken = false;
  /** The work that waits, by owner. The owner that was served last is at the end. */
  private readonly waiting = new Map<string, (() => void)[]>();

  /** Runs `work` when its turn has come, and returns its result. */
  async take<T>(owner: string, work: () => T | Promise<T>): Promise<T> {
    if (this.isTaken) await new Promise<void>((begin) => this.wait(owner, begin));
    this.isTaken = true;
    try {
      return await work();
    } finally {
      this.passOn(owner);
    }
  }

  private wait(owner: string, begin: () => void): void {
    const ofOwner = this.waiting.get(owner);
    if (ofOwner === undefined) this.waiting.set(owner, [begin]);
    else ofOwner.push(begin);
  }

  private passOn(served: string): void {
    const ofServed = this.waiting.get(served);
    if (this.waiting.delete(served) && ofServed !== undefined) this.waiting.set(served, ofServed);
    const [next] = this.waiting;
    if (next === undefined) return void (this.isTaken = false);
    const [owner, ofOwner] = next;
    const begin = ofOwner.shift();
    if (ofOwner.length === 0) this.waiting.delete(owner);
    // `isTaken` stays set, so nobody goes first. The event loop gets a turn too, as many short pieces block it as long as one long piece.
    if (begin !== undefined) setImmediate(begin);
  }
}
