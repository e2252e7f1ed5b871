// Tells the teams whose documents the platform can not send: at once where its way was stopped, else after an hour without a signature or a server.
import { Inject, Injectable } from '@nestjs/common';
import { type PLATFORM_TROUBLES } from '@billing-mail/contracts';
import { wayStopped } from '@billing-mail/mail-core';
import { type Logger } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { platformRouteReady } from '../records/dispatcher.metrics.js';
import { laneOf } from '../records/lanes.js';
import { type NewOutcome, toTeam } from '../records/outbox.store.js';
import { type LookedAfter } from '../records/rows.js';
import { type LastingTrouble, TroublesStore } from '../records/troubles.store.js';
import { OutcomeRelay } from '../settling/outcome-relay.js';
import { type TryReport } from '../settling/try-report.js';
import { isOfTheWay } from './lane-health.js';

/** A way out that fails for so long is told; one that is stopped is told at once. */
const TOLD_AFTER_MS = 60 * 60 * 1000;
/** A trouble is noted this often, however many deliveries meet it. */
const NOTED_EVERY_MS = 60_000;
/** Without a try for the longest planned wait and so much more, nobody knows how it was meanwhile. */
const QUIET_MS = 60 * 60 * 1000;

type PlatformTrouble = (typeof PLATFORM_TROUBLES)[number];

@Injectable()
export class LaneTroubles {
  /** Lanes whose way out failed when this process last used it, and when that was noted. */
  private readonly notedAt = new Map<string, number>();
  private readonly quietMs: number;
  private isPlatformUp = true;

  constructor(
    @Inject(DISPATCHER_ENV) env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: TroublesStore,
    private readonly relay: OutcomeRelay,
  ) {
    this.quietMs = 1.2 * Math.max(...env.RETRY_DELAYS) + QUIET_MS;
  }

  /** A try has come back. Costs nothing where all is well; what it notes nobody waits for. */
  noteTry(lane: string, delivery: LookedAfter, report: TryReport): void {
    const { failure, route } = report;
    // A team's own server is an incident of the team's.
    if (route === 'custom') return;
    const isStopped = wayStopped(report) !== null;
    const isDown = isStopped || (failure !== null && isOfTheWay(failure));
    if (isDown === this.isPlatformUp) {
      this.isPlatformUp = !isDown;
      platformRouteReady.set({ part: 'server' }, isDown ? 0 : 1);
    }
    if (isDown) this.note(lane, (trouble) => platformDown(delivery, 'server_unavailable', trouble), isStopped);
    else if (this.notedAt.delete(lane)) this.logged(() => this.store.end(lane));
  }

  /** The platform has nothing to sign with; the delivery waits. */
  noteUnsigned(delivery: LookedAfter): void {
    this.note(laneOf(delivery.teamId, 'platform'), (trouble) => platformDown(delivery, 'signing_unavailable', trouble));
  }

  /** @param isToBeTold at once: it does not pass by itself, and the team has to do something */
  private note(lane: string, outcomeOf: (trouble: LastingTrouble) => NewOutcome, isToBeTold = false): void {
    const now = performance.now();
    const notedAt = this.notedAt.get(lane);
    if (!isToBeTold && notedAt !== undefined && now - notedAt < NOTED_EVERY_MS) return;
    this.notedAt.set(lane, now);
    this.logged(async () => {
      const isDue = await this.store.note(lane, this.quietMs, isToBeTold ? 0 : TOLD_AFTER_MS);
      if (!isDue || !(await this.store.tell(lane, outcomeOf))) return;
      this.logger.error({ lane, step: 'trouble' }, 'a way out does not work: its team is told');
      this.relay.wake();
    });
  }

  /** What can not be noted now is met again by the next try. */
  private logged(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.logger.warn({ step: 'trouble', err: error }, 'could not note how a way out works'));
  }
}

const platformDown = (delivery: LookedAfter, reason: PlatformTrouble, { since, waiting }: LastingTrouble): NewOutcome => ({
  ...{ type: 'platform_unavailable', ...toTeam(delivery), reason, since: since.toISOString(), waiting },
});
