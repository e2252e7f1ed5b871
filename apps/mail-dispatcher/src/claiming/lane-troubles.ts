// Alerts the teams whose documents the platform can't send: at once if its account was stopped, otherwise after an hour in which it could
// not sign or could not use its server.
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

/** A trouble that lasts this long raises an alert; a stopped account does so at once. */
const TOLD_AFTER_MS = 60 * 60 * 1000;
/** How often a trouble is noted, however many deliveries meet it. */
const NOTED_EVERY_MS = 60_000;
/** If the trouble was not met for 1.2 times the longest planned wait plus this time, it may have ended in between. */
const QUIET_MS = 60 * 60 * 1000;

type PlatformTrouble = (typeof PLATFORM_TROUBLES)[number];

@Injectable()
export class LaneTroubles {
  /** Lanes that failed when this process last used them, and when that was noted. */
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

  /** Notes the result of a try. Writes nothing while all is well; the caller does not wait for what it writes. */
  noteTry(lane: string, delivery: LookedAfter, report: TryReport): void {
    const { failure, route } = report;
    // Failures of a team's own server are handled as incidents (`IncidentWatch`).
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

  /** Notes that the platform can't sign; the delivery waits. */
  noteUnsigned(delivery: LookedAfter): void {
    this.note(laneOf(delivery.teamId, 'platform'), (trouble) => platformDown(delivery, 'signing_unavailable', trouble));
  }

  /** @param isToBeTold whether to alert at once, because the trouble does not end by itself */
  private note(lane: string, outcomeOf: (trouble: LastingTrouble) => NewOutcome, isToBeTold = false): void {
    const now = performance.now();
    const notedAt = this.notedAt.get(lane);
    if (!isToBeTold && notedAt !== undefined && now - notedAt < NOTED_EVERY_MS) return;
    this.notedAt.set(lane, now);
    this.logged(async () => {
      const isDue = await this.store.note(lane, this.quietMs, isToBeTold ? 0 : TOLD_AFTER_MS);
      if (!isDue || !(await this.store.tell(lane, outcomeOf))) return;
      this.logger.error({ lane, step: 'trouble' }, 'a route does not work: its team is alerted');
      this.relay.wake();
    });
  }

  /** Only logs a failure of `work`: the next try that meets the trouble notes it. */
  private logged(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.logger.warn({ step: 'trouble', err: error }, 'could not record the state of a route'));
  }
}

const platformDown = (delivery: LookedAfter, reason: PlatformTrouble, { since, waiting }: LastingTrouble): NewOutcome => ({
  ...{ type: 'platform_unavailable', ...toTeam(delivery), reason, since: since.toISOString(), waiting },
});
