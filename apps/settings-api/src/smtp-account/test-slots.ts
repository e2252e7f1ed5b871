import { ProblemException } from '@billing-mail/platform';

// Enough for two people at once, too few to search the net for open ports.
const SLOTS_PER_TEAM = 2;

/** How many tests of a team are under way in this process. */
export class TestSlots {
  private readonly taken = new Map<string, number>();

  /** Takes a slot; the result gives it back. @throws ProblemException 429 when there is none. */
  take(teamId: string): () => void {
    const taken = this.taken.get(teamId) ?? 0;
    if (taken >= SLOTS_PER_TEAM)
      throw new ProblemException(429, 'tests-under-way', `${SLOTS_PER_TEAM} tests of the team are under way. Wait until one has ended.`);
    this.taken.set(teamId, taken + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.taken.get(teamId) ?? 1) - 1;
      if (left === 0) this.taken.delete(teamId);
      else this.taken.set(teamId, left);
    };
  }
}
