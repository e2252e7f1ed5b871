// The memory that bodies of requests may take, all together: what one process can bear does not depend on how many ask at once.

/** What a request holds of the budget until it is answered. */
export type BodyHold = {
  /** Whether the request may hold so many bytes in all; if not, it holds what it held. */
  grow: (bytes: number) => boolean;
  release: () => void;
};

/** Bytes that all may hold; one owner with a `share` of his own may hold that much, so that he can not shut the others out. */
export class BodyBudget {
  private held = 0;
  private readonly heldBy = new Map<string, number>();

  constructor(private readonly bytes: number) {}

  /** Bytes held now. */
  get used(): number {
    return this.held;
  }

  open(owner: string, share = this.bytes): BodyHold {
    let mine = 0;
    const add = (more: number): void => {
      mine += more;
      this.held += more;
      const left = (this.heldBy.get(owner) ?? 0) + more;
      if (left === 0) this.heldBy.delete(owner);
      else this.heldBy.set(owner, left);
    };
    return {
      grow: (bytes) => {
        const more = bytes - mine;
        if (more <= 0) return true;
        if (this.held + more > this.bytes || (this.heldBy.get(owner) ?? 0) + more > share) return false;
        add(more);
        return true;
      },
      release: () => add(-mine),
    };
  }
}
