/**
 * Lets one at a time do something that takes long: the teams take turns, so that one that brings a lot, or what is made to take long, holds up the
 * others by one turn of its own and not by all of them.
 */
export class Turns {
  private isTaken = false;
  /** By team; the one that was served last comes last. */
  private readonly waiting = new Map<string, (() => void)[]>();

  /** What `work` comes to, once it is its turn. */
  async take<T>(teamId: string, work: () => T | Promise<T>): Promise<T> {
    if (this.isTaken) await new Promise<void>((begin) => this.wait(teamId, begin));
    this.isTaken = true;
    try {
      return await work();
    } finally {
      this.passOn(teamId);
    }
  }

  private wait(teamId: string, begin: () => void): void {
    const ofTeam = this.waiting.get(teamId);
    if (ofTeam === undefined) this.waiting.set(teamId, [begin]);
    else ofTeam.push(begin);
  }

  private passOn(served: string): void {
    const ofServed = this.waiting.get(served);
    if (this.waiting.delete(served) && ofServed !== undefined) this.waiting.set(served, ofServed);
    const [next] = this.waiting;
    if (next === undefined) return void (this.isTaken = false);
    const [teamId, ofTeam] = next;
    const begin = ofTeam.shift();
    if (ofTeam.length === 0) this.waiting.delete(teamId);
    // It stays taken meanwhile. The event loop has its turn as well: many short ones are as long as a long one.
    if (begin !== undefined) setImmediate(begin);
  }
}
