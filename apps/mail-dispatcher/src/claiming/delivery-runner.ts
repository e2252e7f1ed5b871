// Keeps as many deliveries in work as this process may have: those that intake hands over and those that are due. Renews their leases, and
// drains at shutdown.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, TroubleLog, within } from '@billing-mail/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { KnownDocumentStore } from '../documents/known-document-store.js';
import { deliverySteps, inHandGauge } from '../records/dispatcher.metrics.js';
import { PLATFORM_WAY } from '../records/lanes.js';
import { type DeliveryInHand } from '../records/rows.js';
import { PacedLanes } from '../trying/paced-lanes.js';
import { Announcer } from '../settling/announcer.js';
import { Settling } from '../settling/settling.js';
import { ClaimsStore } from './claims.store.js';
import { type Hand, Hands } from './hands.js';
import { LaneHealth } from './lane-health.js';
import { SWEEP_MS } from './sweep.js';
import { UnheldClaims } from './unheld-claims.js';
import { WorkOnDelivery } from './work-on-delivery.js';

/** After PostgreSQL was unavailable or stalled, no lease is taken over until its owner had time to renew it. */
const TAKE_OVER_GRACE_MS = 10_000;
/** No statement on claims takes this long unless it waited for a lock or PostgreSQL stalled. */
const STOOD_STILL_MS = 2000;
/**
 * Hands for each place at a server: while one delivery waits for replies of the server, another one is stored, composed and signed.
 * Otherwise a server 30 ms away would wait for us as long as we wait for it.
 */
const HANDS_A_PLACE = 2;
/** Share of the places for which one claim may take hands; the others stay free for deliveries that arrive meanwhile. */
const SHARE_OF_A_CLAIM = 0.5;
/** Time for aborted deliveries to be given back. */
const GIVE_BACK_MS = 5000;

type InHand = { delivery: DeliveryInHand; hand: Hand; since: number; abort: AbortController; done: Promise<void> };

@Injectable()
export class DeliveryRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly workerId = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  private readonly hands: Hands;
  private readonly trouble: TroubleLog;
  private readonly inHand = new Map<string, InHand>();
  readonly unheld: UnheldClaims;
  private stopping = false;
  private wakeUp: () => void = () => undefined;
  private claiming: Promise<void> = Promise.resolve();
  private takeOverFrom = 0;
  private sweptAt = 0;

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly claims: ClaimsStore,
    private readonly working: WorkOnDelivery,
    private readonly settling: Settling,
    private readonly announcer: Announcer,
    private readonly lanes: LaneHealth,
    private readonly paced: PacedLanes,
    private readonly documents: KnownDocumentStore,
  ) {
    this.trouble = new TroubleLog(logger);
    this.hands = new Hands({
      ...{ count: env.DISPATCH_CONCURRENCY * HANDS_A_PLACE, places: env.DISPATCH_CONCURRENCY, customRoom: env.CUSTOM_SERVER_CONNECTIONS },
      isFailing: (lane) => lanes.isFailing(lane),
      startsNow: (way) => paced.limit(way, lanes.startsNow(way)),
      started: (lane) => lanes.started(lane),
    });
    paced.onRoom = () => this.wake();
    this.unheld = new UnheldClaims(claims, {
      ...{ workerId: this.workerId, leaseMs: env.CLAIM_LEASE },
      isInHand: (id) => this.inHand.has(id),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.settling.replayJournal();
    // A dispatcher with the wrong document store could not compose what it claimed, and would keep it from the one that can.
    this.claiming = this.documents.whenKnown().then(() => this.claimLoop());
    void this.renewLoop();
  }

  /** Looks for due deliveries now, without waiting for the next sweep. */
  wake(): void {
    this.wakeUp();
  }

  /** A hand for a delivery that is being taken in; `null` if none comes free within `withinMs`: then the delivery is stored as due. */
  async handFor(lane: string, withinMs: number): Promise<Hand | null> {
    if (this.stopping) return null;
    return withinMs === 0 ? this.hands.take(lane) : this.hands.waitFor(lane, withinMs);
  }

  /** Starts work on a delivery that intake has just stored as claimed by this process. */
  goOnWith(delivery: DeliveryInHand, hand: Hand): void {
    this.start(delivery, hand);
  }

  /**
   * Waits for deliveries whose end of data is out, as another try could deliver a second copy. Gives all others back for another process.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake();
    for (const held of this.inHand.values()) closeGate(held);
    const ended = () => Promise.all([...this.inHand.values()].map(({ done }) => done));
    await within(this.env.SHUTDOWN_GRACE, ended());
    for (const { abort } of this.inHand.values()) abort.abort();
    await within(GIVE_BACK_MS, ended());
    // `renewLoop` need not be waited for: it sleeps for seconds, and nothing is in hand any more.
    await within(SWEEP_MS, this.claiming);
  }

  private async claimLoop(): Promise<void> {
    while (!this.stopping) {
      const woken = new Promise<void>((resolve) => (this.wakeUp = resolve));
      await this.sweep();
      const hasMore = await this.claimWithFreeHands();
      if (!hasMore) await Promise.race([woken, sleep(SWEEP_MS, undefined, { ref: false })]);
    }
  }

  /** Returns whether as many were due as there were hands: then more may be due. */
  private async claimWithFreeHands(): Promise<boolean> {
    const hands = [await this.hands.waitForAny()];
    const most = Math.ceil(this.env.DISPATCH_CONCURRENCY * SHARE_OF_A_CLAIM);
    for (let hand = this.hands.takeAny(); hand !== null; hand = hands.length < most ? this.hands.takeAny() : null) hands.push(hand);
    const claimed = this.stopping ? [] : await this.claim(hands.length);
    for (const [index, delivery] of claimed.entries()) {
      const hand = hands[index];
      hand?.moveTo(delivery.lane);
      if (hand) this.start(delivery, hand);
    }
    for (const hand of hands.slice(claimed.length)) hand.free();
    return claimed.length === hands.length;
  }

  private async claim(count: number): Promise<DeliveryInHand[]> {
    const left = this.hands.left();
    for (const lane of [...this.lanes.restrained(), ...this.paced.known()]) left.set(lane, this.hands.roomLeft(lane));
    const { workerId } = this;
    const room = { platform: this.hands.roomLeft(PLATFORM_WAY), custom: this.env.CUSTOM_SERVER_CONNECTIONS };
    const inHand = [...this.inHand.keys()];
    const claimed = await this.watched('claim', () =>
      this.claims.claimDue({ workerId, leaseMs: this.env.CLAIM_LEASE, count, room, left, inHand, seed: randomUUID() }),
    );
    if (claimed === null) this.unheld.noteLostAnswer();
    for (const delivery of claimed ?? []) this.announcer.announce(delivery, 'sending');
    return claimed ?? [];
  }

  /**
   * Once a second at most: gives back what this process claimed without knowing it and what dead workers hold, and corrects the due times
   * of lanes.
   */
  private async sweep(): Promise<void> {
    if (performance.now() - this.sweptAt < SWEEP_MS) return;
    this.sweptAt = performance.now();
    await this.watched('unheld', () => this.unheld.giveBack());
    if (performance.now() >= this.takeOverFrom)
      await this.watched('take-over', () => this.claims.giveBackOfTheDead([...this.inHand.keys()]));
    await this.watched('lanes', () => this.claims.refreshLanes());
  }

  private start(delivery: DeliveryInHand, hand: Hand): void {
    const abort = new AbortController();
    const done = this.run(delivery, abort.signal, hand).finally(() => {
      this.inHand.delete(delivery.id);
      inHandGauge.set(this.inHand.size);
      hand.free();
    });
    const held = { delivery, hand, since: performance.now(), abort, done };
    this.inHand.set(delivery.id, held);
    inHandGauge.set(this.inHand.size);
    // Intake took it just before the shutdown began.
    if (this.stopping) closeGate(held);
  }

  private async run(delivery: DeliveryInHand, signal: AbortSignal, hand: Hand): Promise<void> {
    const startedAt = performance.now();
    const { id: deliveryId, teamId } = delivery;
    try {
      const verdict = await this.working.work(delivery, signal, hand);
      deliverySteps.inc({ verdict: verdict.kind });
      this.logger.info(
        { deliveryId, teamId, step: 'delivered', verdict, ms: Math.round(performance.now() - startedAt) },
        'delivery step done',
      );
      if (verdict.kind === 'recorded') this.announcer.announce(delivery, verdict.status ?? 'waiting');
      // It may be due again at once: on the platform after a fallback, or for another try.
      if (verdict.kind !== 'recorded' || verdict.next === 'fall_back') this.wake();
    } catch (error) {
      this.logger.warn(
        { deliveryId, teamId, step: 'delivered', err: error },
        'the process ends before a result is recorded; the journal has it',
      );
    }
  }

  private async renewLoop(): Promise<void> {
    while (!this.stopping || this.inHand.size > 0) {
      await sleep(Math.min(this.env.CLAIM_LEASE / 3, 10_000), undefined, { ref: false });
      await this.renew();
    }
  }

  private async renew(): Promise<void> {
    // A claim younger than this has nearly all of its lease left.
    const claimedBefore = performance.now() - this.env.CLAIM_LEASE / 6;
    const held = [...this.inHand.values()].filter(({ since }) => since < claimedBefore);
    if (held.length === 0) return;
    const own = await this.watched('renew', () =>
      this.claims.renew(
        held.map(({ delivery }) => delivery),
        this.env.CLAIM_LEASE,
      ),
    );
    for (const { delivery, abort } of held) {
      // The claim ended or was taken over. The gate would refuse the end of data, so the session is no longer needed.
      if (own?.has(delivery.claimId) === false && this.inHand.has(delivery.id)) abort.abort();
    }
  }

  /**
   * The answer of PostgreSQL, or `null` if it gave none. If it failed or stalled, other workers could not renew either, so no leases are
   * taken over for a while.
   */
  private async watched<T>(step: string, ask: () => Promise<T>): Promise<T | null> {
    const askedAt = performance.now();
    try {
      const answer = await ask();
      if (performance.now() - askedAt > STOOD_STILL_MS) this.spareLeases();
      return answer;
    } catch (error) {
      this.spareLeases();
      this.trouble.tell(error as Error, { step }, 'PostgreSQL does not answer a question about claims');
      return null;
    }
  }

  private spareLeases(): void {
    this.takeOverFrom = performance.now() + TAKE_OVER_GRACE_MS;
  }
}

function closeGate({ hand, abort }: InHand): void {
  if (hand.gate !== 'passed') abort.abort();
  // If the delivery needs several transactions, another process hands in the remaining ones.
  hand.gate = 'closed';
}
