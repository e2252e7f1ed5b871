/**
 * Runs long work one piece at a time. The teams take turns, so that a team with a lot of work, or crafted input, delays the others by one
 * piece only.
 */
export class Turns {
  private isTaken = false;
  /** By team; the team that was served last is at the end. */
  private readonly waiting = new Map<string, (() => void)[]>();

  /** Runs `work` when its turn has come, and returns its result. */
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
    // `isTaken` stays set, so nobody goes first. The event loop gets a turn too, as many short pieces block it as long as one long piece.
    if (begin !== undefined) setImmediate(begin);
  }
}
