// Deliveries that this process claimed by a statement whose answer was lost. Nobody works on them, and as this process is alive, it need
// not wait until its own lease runs out.
import { type ClaimsStore } from './claims.store.js';

export type UnheldClaimsOptions = { workerId: string; leaseMs: number; isInHand: (deliveryId: string) => boolean };

export class UnheldClaims {
  /** Deliveries that intake is storing as claimed by this process. */
  private readonly beingTaken = new Set<string>();
  private lookUntil = 0;

  constructor(
    private readonly claims: ClaimsStore,
    private readonly options: UnheldClaimsOptions,
  ) {}

  beginToTake(deliveryId: string): void {
    this.beingTaken.add(deliveryId);
  }

  /** Call once the delivery is in hand, or was not taken as far as this process knows. */
  endToTake(deliveryId: string): void {
    this.beingTaken.delete(deliveryId);
  }

  /** The statement may still run when its connection breaks, so claims are looked for as long as a lease of it could last. */
  noteLostAnswer(): void {
    this.lookUntil = performance.now() + this.options.leaseMs;
  }

  /** Must not run at the same time as a claim. Returns how many were given back. */
  async giveBack(): Promise<number> {
    if (performance.now() >= this.lookUntil) return 0;
    const own = await this.claims.claimsOf(this.options.workerId);
    // Checked after the query: claims made later are not in its result, and those made earlier are either being taken in or in hand.
    const unheld = own.filter(({ id }) => !this.beingTaken.has(id) && !this.options.isInHand(id));
    return unheld.length === 0 ? 0 : this.claims.giveBackUnheld(unheld.map(({ claimId }) => claimId));
  }
}
