// Works on as many deliveries at a time as this process may: those that intake hands over and those that are due. Renews their leases, and
// drains them at shutdown.
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

/** How long no lease is taken over after PostgreSQL was unavailable or stalled, so that the owners of the leases can renew them first. */
const TAKE_OVER_GRACE_MS = 10_000;
/** A statement on claims takes this long only if it waited for a lock or PostgreSQL stalled. */
const STOOD_STILL_MS = 2000;
/**
 * Hands per place at a server: while one delivery waits for the server's replies, another one is stored, composed and signed. Otherwise a
 * server 30 ms away would wait for us as long as we wait for it.
 */
const HANDS_A_PLACE = 2;
/** The most hands that one claim may take, as a share of the places. The other hands stay free for deliveries that arrive meanwhile. */
const SHARE_OF_A_CLAIM = 0.5;
/** How long the shutdown waits until aborted deliveries are given back. */
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
    // Claims begin only once the document store is known to be the right one. With a wrong store the dispatcher could not compose the
    // deliveries that it claims, and would keep them from dispatchers that can.
    this.claiming = this.documents.whenKnown().then(() => this.claimLoop());
    void this.renewLoop();
  }

  /** Looks for due deliveries now, without waiting for the next sweep. */
  wake(): void {
    this.wakeUp();
  }

  /**
   * Returns a hand for a delivery that is being taken in, or `null` if none comes free within `withinMs` or the process is stopping.
   * Without a hand the delivery is stored as due.
   */
  async handFor(lane: string, withinMs: number): Promise<Hand | null> {
    if (this.stopping) return null;
    return withinMs === 0 ? this.hands.take(lane) : this.hands.waitFor(lane, withinMs);
  }

  /** Starts work on a delivery that intake has just stored as claimed by this process. */
  goOnWith(delivery: DeliveryInHand, hand: Hand): void {
    this.start(delivery, hand);
  }

  /**
   * Waits for deliveries whose end of data has gone out, because another try could deliver a second copy. Gives all others back, so that
   * another process can take them.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake();
    for (const held of this.inHand.values()) closeGate(held);
    const ended = () => Promise.all([...this.inHand.values()].map(({ done }) => done));
    await within(this.env.SHUTDOWN_GRACE, ended());
    for (const { abort } of this.inHand.values()) abort.abort();
    await within(GIVE_BACK_MS, ended());
    // Does not wait for `renewLoop`: it sleeps for seconds, and no delivery is in hand any more.
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

  /** Claims due deliveries for the free hands. Returns whether every hand got one: then more may be due. */
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
   * At most once a second, gives back the deliveries that this process claimed without knowing it and those that dead workers hold, and
   * corrects the due times of lanes.
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
    // Intake or a claim took the delivery just before the shutdown began.
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
      // The delivery may be due again at once: on the platform after a fallback, or for another try.
      if (verdict.kind !== 'recorded' || verdict.next === 'fall_back') this.wake();
    } catch (error) {
      this.logger.warn(
        { deliveryId, teamId, step: 'delivered', err: error },
        'the process ends before a result could be recorded; the journal keeps it',
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
    // Claims made after this time have nearly all of their lease left.
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
   * Returns the answer of PostgreSQL, or `null` if it gave none. If PostgreSQL failed or stalled, other workers could not renew their
   * leases either, so this process takes none over for a while.
   */
  private async watched<T>(step: string, ask: () => Promise<T>): Promise<T | null> {
    const askedAt = performance.now();
    try {
      const answer = await ask();
      if (performance.now() - askedAt > STOOD_STILL_MS) this.spareLeases();
      return answer;
    } catch (error) {
      this.spareLeases();
      this.trouble.tell(error as Error, { step }, 'PostgreSQL did not answer a statement about claims');
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
