// Knows which routes are in trouble, so that the first success on one ends its incident, and makes sure that each incident raises an alert.
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Verdict, wayStopped } from '@billing-mail/mail-core';
import { type Logger, TroubleLog } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { IncidentsStore } from '../records/incidents.store.js';
import { type DeliveryInHand } from '../records/rows.js';
import { troubleOfWay } from '../settling/decision.js';
import { OutcomeRelay } from '../settling/outcome-relay.js';
import { type TryReport } from '../settling/try-report.js';

/** How often to look for incidents of other processes, and for those that could not be reported or ended before. */
const LOOK_AGAIN_MS = 10_000;

@Injectable()
export class IncidentWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Lanes that failed and have not worked since. A success in any other lane costs no statement. */
  private readonly inTrouble = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private telling: Promise<void> | null = null;
  private isMoreToTell = false;
  private readonly trouble: TroubleLog;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: IncidentsStore,
    private readonly relay: OutcomeRelay,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.lookAgain();
    this.timer = setInterval(() => void this.lookAgain(), LOOK_AGAIN_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Call after a try is recorded. After a failure the returned promise must be awaited before the delivery goes on, for example to the
   * fallback, so that what follows counts as part of the same incident. In all other cases nothing has to be awaited, and it returns
   * `null`.
   */
  noteTry(lane: string, report: TryReport): Promise<void> | null {
    if (report.results.some(({ outcome }) => outcome === 'accepted')) {
      if (this.inTrouble.has(lane)) void this.end(lane);
    } else if (wayStopped(report) !== null || troubleOfWay(report) !== null) {
      this.inTrouble.add(lane);
      return this.tell();
    }
    return null;
  }

  /** Notes that a delivery in hand avoids its route because of this trouble. */
  goRound(delivery: DeliveryInHand, { reason }: Verdict): Promise<void> {
    return this.store.goRound(delivery, reason);
  }

  /** Call when the team no longer sends on this route: its incident ends. */
  leftWay(lane: string): void {
    if (this.inTrouble.has(lane)) void this.end(lane);
  }

  private async end(lane: string): Promise<void> {
    this.inTrouble.delete(lane);
    try {
      await this.store.end(lane);
    } catch (error) {
      this.inTrouble.add(lane);
      this.logger.warn({ lane, step: 'incident', err: error }, 'could not record that a route works again');
    }
  }

  /** Only one run takes place at a time, however many deliveries fail; one more run covers the failures that came meanwhile. */
  private tell(): Promise<void> {
    this.isMoreToTell = true;
    this.telling ??= this.tellAll().finally(() => (this.telling = null));
    return this.telling;
  }

  private async tellAll(): Promise<void> {
    while (this.isMoreToTell) {
      this.isMoreToTell = false;
      await this.tellOnce();
    }
  }

  private async tellOnce(): Promise<void> {
    try {
      const told = await this.store.tellOpened();
      if (told === 0) return;
      this.logger.error({ step: 'incident', told }, 'a route does not work: its team is alerted');
      this.relay.wake();
    } catch (error) {
      this.logger.warn({ step: 'incident', err: error }, 'could not yet alert a team that its route does not work');
    }
  }

  private async lookAgain(): Promise<void> {
    const before = [...this.inTrouble];
    try {
      const now = new Set(await this.store.lanesInTrouble());
      // A failure noted while the query ran may be missing in its result, so only older ones are removed.
      for (const lane of before) if (!now.has(lane)) this.inTrouble.delete(lane);
      for (const lane of now) this.inTrouble.add(lane);
      if (now.size > 0) await this.tell();
    } catch (error) {
      this.trouble.tell(error as Error, { step: 'incident' }, 'could not check which routes are in trouble');
    }
  }
}
