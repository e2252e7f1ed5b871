// Knows which ways out are in trouble, so that their first success ends the incident, and makes sure that each incident raises an alert.
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Verdict, wayStopped } from '@billing-mail/mail-core';
import { type Logger, TroubleLog } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { IncidentsStore } from '../records/incidents.store.js';
import { type DeliveryInHand } from '../records/rows.js';
import { troubleOfWay } from '../settling/decision.js';
import { OutcomeRelay } from '../settling/outcome-relay.js';
import { type TryReport } from '../settling/try-report.js';

/** What other processes met, and what could not be told or ended, is looked for this often. */
const LOOK_AGAIN_MS = 10_000;

@Injectable()
export class IncidentWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Lanes that failed and have not worked since, as far as this process knows: a success elsewhere costs nothing. */
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
   * A try was recorded. Of a failure it is told before the delivery goes on, as by the fallback: what becomes of it then is one more of that trouble.
   * Of all else nobody waits for what follows.
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

  /** The way of a delivery in hand is left alone for this trouble. */
  goRound(delivery: DeliveryInHand, { reason }: Verdict): Promise<void> {
    return this.store.goRound(delivery, reason);
  }

  /** Nothing of a team goes this way any more. */
  leftWay(lane: string): void {
    if (this.inTrouble.has(lane)) void this.end(lane);
  }

  private async end(lane: string): Promise<void> {
    this.inTrouble.delete(lane);
    try {
      await this.store.end(lane);
    } catch (error) {
      this.inTrouble.add(lane);
      this.logger.warn({ lane, step: 'incident', err: error }, 'could not note that a way out works again');
    }
  }

  /** One at a time, however many deliveries meet it; what came meanwhile is told by one more. */
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
      this.logger.error({ step: 'incident', told }, 'a way out does not work: its team is told');
      this.relay.wake();
    } catch (error) {
      this.logger.warn({ step: 'incident', err: error }, 'could not tell yet that a way out does not work');
    }
  }

  private async lookAgain(): Promise<void> {
    const before = [...this.inTrouble];
    try {
      const now = new Set(await this.store.lanesInTrouble());
      // What was met meanwhile may not be seen there yet.
      for (const lane of before) if (!now.has(lane)) this.inTrouble.delete(lane);
      for (const lane of now) this.inTrouble.add(lane);
      if (now.size > 0) await this.tell();
    } catch (error) {
      this.trouble.tell(error as Error, { step: 'incident' }, 'could not look which ways out are in trouble');
    }
  }
}
