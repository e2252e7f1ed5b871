// Bounds the memory that the bodies of all requests take together, so that it does not depend on how many requests come at once.

/** The part of the budget that a request holds until it is answered. */
export type BodyHold = {
  /** Raises what the request holds to `bytes` in all. Returns false, and changes nothing, if the budget does not allow that. */
  grow: (bytes: number) => boolean;
  release: () => void;
};

/**
 * A budget of bytes that all requests share. An owner with a `share` may hold no more than that over all their requests, and so cannot shut
 * the others out.
 */
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
