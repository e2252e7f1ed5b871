// Keeps as many deliveries under way as the process may: claims what is due, renews the leases, drains at the end.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, within } from '@billing-mail/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { Announcer } from '../outcome/announcer.js';
import { Bookkeeping } from './bookkeeping.js';
import { ClaimsStore } from './claims.store.js';
import { Deliver } from './deliver.js';
import { type ClaimedDelivery } from './delivery-row.js';
import { LaneHealth } from './lane-health.js';
import { deliverySteps, inHandGauge } from './delivery.metrics.js';

/** PostgreSQL is asked this often for what is due, so nothing depends on being woken. */
const SWEEP_MS = 1000;
/** After the database was away or stood still nobody's lease is taken over until its owner had time to renew it. */
const TAKE_OVER_GRACE_MS = 10_000;
/** No statement on claims takes so long where the database works: it waited for a lock, or for the database. */
const STOOD_STILL_MS = 2000;
/** A team may fill this share of a process by the platform's server, so that its mass run leaves room for the others. */
const TEAM_SHARE = 0.5;
/** Time for what is under way to end by itself on SIGTERM, and then for what was interrupted to be given back. */
const DRAIN_MS = 15_000;
const GIVE_BACK_MS = 5000;

type InHand = { claim: ClaimedDelivery; abort: AbortController; done: Promise<void> };

@Injectable()
export class DeliveryRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly workerId = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  private readonly inHand = new Map<string, InHand>();
  private stopping = false;
  private wakeUp: () => void = () => undefined;
  private loops: Promise<void>[] = [];
  private takeOverFrom = 0;

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly claims: ClaimsStore,
    private readonly delivering: Deliver,
    private readonly bookkeeping: Bookkeeping,
    private readonly announcer: Announcer,
    private readonly lanes: LaneHealth,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.bookkeeping.replayJournal();
    this.loops = [this.claimLoop(), this.renewLoop()];
  }

  /** Something is due now: do not wait for the next sweep. */
  wake(): void {
    this.wakeUp();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake();
    const ended = () => Promise.all([...this.inHand.values()].map(({ done }) => done));
    await within(DRAIN_MS, ended());
    for (const { abort } of this.inHand.values()) abort.abort();
    await within(GIVE_BACK_MS, ended());
    await within(SWEEP_MS, Promise.all(this.loops));
  }

  private async claimLoop(): Promise<void> {
    while (!this.stopping) {
      const woken = new Promise<void>((resolve) => (this.wakeUp = resolve));
      const free = this.env.DISPATCH_CONCURRENCY - this.inHand.size;
      const taken = free > 0 ? await this.claim(free) : 0;
      // Full hands are woken by the end of a delivery; otherwise the sweep comes round.
      if (taken === 0) await Promise.race([woken, sleep(SWEEP_MS, undefined, { ref: false })]);
    }
  }

  private async claim(count: number): Promise<number> {
    const askedAt = performance.now();
    try {
      const claimed = await this.claims.claimDue({
        workerId: this.workerId,
        leaseMs: this.env.CLAIM_LEASE,
        count,
        room: {
          platform: Math.max(1, Math.ceil(this.env.DISPATCH_CONCURRENCY * TEAM_SHARE)),
          custom: this.env.CUSTOM_SERVER_CONNECTIONS,
          failing: 1,
        },
        failing: this.lanes.failing(),
        busy: [...this.inHand.values()].map(({ claim }) => claim.lane),
        inHand: [...this.inHand.keys()],
        takeOver: performance.now() >= this.takeOverFrom,
      });
      for (const claim of claimed) this.start(claim);
      if (performance.now() - askedAt > STOOD_STILL_MS) this.spareLeases();
      return claimed.length;
    } catch (error) {
      this.spareLeases();
      this.logger.warn({ step: 'claim', err: error }, 'could not ask for due deliveries');
      return 0;
    }
  }

  private spareLeases(): void {
    this.takeOverFrom = performance.now() + TAKE_OVER_GRACE_MS;
  }

  private start(claim: ClaimedDelivery): void {
    const abort = new AbortController();
    const done = this.run(claim, abort.signal).finally(() => {
      this.inHand.delete(claim.id);
      inHandGauge.set(this.inHand.size);
      this.wake();
    });
    this.inHand.set(claim.id, { claim, abort, done });
    inHandGauge.set(this.inHand.size);
  }

  private async run(claim: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    this.announcer.announce(claim, 'sending');
    const verdict = await this.delivering.deliver(claim, signal);
    deliverySteps.inc({ verdict: verdict.kind });
    this.logger.info(
      { deliveryId: claim.id, teamId: claim.teamId, step: 'delivered', verdict, ms: Math.round(performance.now() - startedAt) },
      'delivery step done',
    );
    if (verdict.kind === 'recorded') this.announcer.announce(claim, verdict.status ?? 'waiting');
  }

  private async renewLoop(): Promise<void> {
    while (!this.stopping || this.inHand.size > 0) {
      await sleep(Math.min(this.env.CLAIM_LEASE / 3, 10_000), undefined, { ref: false });
      await this.renew();
    }
  }

  private async renew(): Promise<void> {
    const held = [...this.inHand.values()];
    if (held.length === 0) return;
    const askedAt = performance.now();
    try {
      const own = await this.claims.renew(
        held.map(({ claim }) => claim.claimId),
        this.env.CLAIM_LEASE,
      );
      for (const { claim, abort } of held) {
        // Ended meanwhile, or taken over: the gate would refuse it anyway, so the connection is of no use.
        if (!own.has(claim.claimId) && this.inHand.has(claim.id)) abort.abort();
      }
      if (performance.now() - askedAt > STOOD_STILL_MS) this.spareLeases();
    } catch (error) {
      this.spareLeases();
      this.logger.warn({ step: 'renew', err: error }, 'could not renew leases');
    }
  }
}
