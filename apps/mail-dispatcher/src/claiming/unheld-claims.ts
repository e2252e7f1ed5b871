// Deliveries that this process claimed by a statement whose answer was lost: nobody works on them, and a running process need not wait for its own lease to expire.
import { type ClaimsStore } from './claims.store.js';

export type UnheldClaimsOptions = { workerId: string; leaseMs: number; isInHand: (deliveryId: string) => boolean };

export class UnheldClaims {
  /** Deliveries that are being taken in, born claimed by this process. */
  private readonly beingTaken = new Set<string>();
  private lookUntil = 0;

  constructor(
    private readonly claims: ClaimsStore,
    private readonly options: UnheldClaimsOptions,
  ) {}

  beginToTake(deliveryId: string): void {
    this.beingTaken.add(deliveryId);
  }

  /** In hand by now, or not taken as far as is known. */
  endToTake(deliveryId: string): void {
    this.beingTaken.delete(deliveryId);
  }

  /** PostgreSQL may still be at the statement when its connection breaks, so that what it claims is looked for as long as such a lease could run. */
  noteLostAnswer(): void {
    this.lookUntil = performance.now() + this.options.leaseMs;
  }

  /** Must not run beside a claim. Returns how many. */
  async giveBack(): Promise<number> {
    if (performance.now() >= this.lookUntil) return 0;
    const own = await this.claims.claimsOf(this.options.workerId);
    // Asked once they are known: what is claimed meanwhile is not among them, and what was claimed before is being taken or in hand.
    const unheld = own.filter(({ id }) => !this.beingTaken.has(id) && !this.options.isInHand(id));
    return unheld.length === 0 ? 0 : this.claims.giveBackUnheld(unheld.map(({ claimId }) => claimId));
  }
}
