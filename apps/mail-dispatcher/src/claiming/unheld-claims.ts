// Gives back deliveries that this process claimed by a statement whose answer was lost. Nobody works on them, and because this process is
// alive, it need not wait until its own lease runs out.
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

  /** Call once the delivery is in hand, or once intake has ended without taking it, as far as this process knows. */
  endToTake(deliveryId: string): void {
    this.beingTaken.delete(deliveryId);
  }

  /**
   * Notes that the answer to a statement that claims was lost. The statement may still be running when its connection breaks, so `giveBack`
   * looks for such claims for the length of a lease.
   */
  noteLostAnswer(): void {
    this.lookUntil = performance.now() + this.options.leaseMs;
  }

  /** Gives back the claims on which nobody works, and returns how many. Must not run at the same time as a claim. */
  async giveBack(): Promise<number> {
    if (performance.now() >= this.lookUntil) return 0;
    const own = await this.claims.claimsOf(this.options.workerId);
    // Checked after the query: claims made later are not in its result, and those made earlier are either being taken in or in hand.
    const unheld = own.filter(({ id }) => !this.beingTaken.has(id) && !this.options.isInHand(id));
    return unheld.length === 0 ? 0 : this.claims.giveBackUnheld(unheld.map(({ claimId }) => claimId));
  }
}
