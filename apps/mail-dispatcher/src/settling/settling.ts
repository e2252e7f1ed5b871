// Records the results of deliveries, however long that takes: the recording is repeated, never the sending.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type FailureReason } from '@billing-mail/contracts';
import { exhaust, postponeDelayMs, settledStatus, type Settlement, settleTry } from '@billing-mail/mail-core';
import { currentTraceparent, isDatabaseAway, type Logger, Traced, untilAnswers } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { DeliveryRecords } from '../records/delivery-records.js';
import { type DeliveryInHand, type DeliveryState, type OpenTry } from '../records/rows.js';
import { countDecision } from './count-decision.js';
import {
  applyLateResults,
  attemptOutcome,
  type Decision,
  failureOf,
  recipientsOnly,
  toAttempt,
  toDecision,
  toPostponement,
  wayFailedBy,
} from './decision.js';
import { OutcomeRelay } from './outcome-relay.js';
import { ResultJournal } from './result-journal.js';
import { SettlementStore } from './settlement.store.js';
import { type FactsReport, type TryReport } from './try-report.js';

const WAITS = { firstMs: 100, longestMs: 2000 };

/** `recorded`: the decision was written. `late`: another worker has the delivery now, so only the facts were noted. */
export type Recorded = { kind: 'recorded'; next: Settlement['next'] } | { kind: 'late' };

/** A delivery that is given back untried: there are no facts to record. */
type Fruitless = { deliveryId: string; results: null };

/** How long a delivery waits, and for which limit. */
type Held = { afterMs: number; limit: NonNullable<FailureReason['limit']> | null };

@Injectable()
export class Settling implements OnApplicationShutdown {
  private ended = false;
  /** Ids of journal files that are recorded but could not be deleted; a replay skips them. */
  private readonly unforgotten = new Set<string>();

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly records: DeliveryRecords,
    private readonly store: SettlementStore,
    private readonly journal: ResultJournal,
    private readonly relay: OutcomeRelay,
  ) {}

  /** Stops waiting for PostgreSQL. Results that are not recorded by then stay in the journal for the next start. */
  onApplicationShutdown(): void {
    this.ended = true;
  }

  /**
   * Settles a try. Throws only when the process ends, so that no error here leads back to sending.
   * @param keepBytes keeps the bytes that went out; called if another try on the route follows
   */
  @Traced('settle')
  async settle(delivery: DeliveryInHand, report: TryReport, keepBytes: () => Promise<void>): Promise<Recorded> {
    const random = Math.random();
    let settlement: Settlement | null = null;
    let areKept = false;
    const decide = (now: DeliveryState): Decision => {
      settlement = this.settlementOf(now, report, random);
      const isTry = settlement.next.kind !== 'held_up';
      const context = { triedRoute: isTry ? report.route : null, failure: failureOf(report), fingerprint: report.fingerprint };
      const wayFailed = wayFailedBy(now.teamId, report, settlement.next);
      const decision = { ...toDecision(now, settlement, context), wayFailed };
      if (!isTry && !hasLeftTraces(report)) return { ...decision, takenBack: report.attemptId };
      return { ...decision, attempt: toAttempt(report, attemptOutcome(report.results, report.failure)) };
    };
    const written = await this.untilRecorded(report, async () => {
      // The bytes are kept before the delivery is given back, because another worker may claim it at once.
      if (!areKept && isToBeRepeated(this.settlementOf(toState(delivery), report, random).next)) await this.kept(delivery, keepBytes);
      areKept = true;
      const isWritten = await this.write(delivery, decide);
      if (!isWritten) await this.store.recordFacts(report);
      return isWritten;
    });
    return written && settlement !== null ? { kind: 'recorded', next: (settlement as Settlement).next } : { kind: 'late' };
  }

  /** Records the results of one transaction while others of the same try follow. */
  async recordProgress(delivery: DeliveryInHand, report: TryReport): Promise<void> {
    await this.untilRecorded(report, async () => {
      const isWritten = await this.write(delivery, (now) => this.toProgress(now, report));
      if (!isWritten) await this.store.recordFacts(report);
    });
  }

  /**
   * Gives a delivery back untried because of a trouble of our own; results received before still count. If PostgreSQL is the trouble, the
   * write is repeated until PostgreSQL answers. Otherwise the delivery would wait until its lease expires, and a release whose answer was
   * lost would look like an end of data that went out.
   */
  async giveBack(delivery: DeliveryInHand, failure: FailureReason | null, interrupted: TryReport | null = null): Promise<void> {
    const afterMs = postponeDelayMs(delivery.postponements, Math.random());
    await this.writeBack(delivery, interrupted, (now) => toPostponement(now, afterMs, failure));
  }

  /** Gives a delivery back so that it can be claimed again at once, with everything that is known by then. */
  async giveBackAtOnce(delivery: DeliveryInHand): Promise<void> {
    await this.writeBack(delivery, null, (now) => toPostponement(now, 0, null));
  }

  /** Gives a delivery back untried until its server accepts more. If `limit` is set, it is shown as the reason. */
  async letWait(delivery: DeliveryInHand, { afterMs, limit }: Held, fingerprint: string): Promise<void> {
    const failure: FailureReason | null = limit && { code: 'sending_limit', server: null, reply: null, limit };
    await this.writeBack(delivery, null, (now) => toPostponement(now, afterMs, failure, fingerprint));
  }

  private async writeBack(
    delivery: DeliveryInHand,
    interrupted: TryReport | null,
    postpone: (now: DeliveryState) => Decision,
  ): Promise<void> {
    const decide = (now: DeliveryState): Decision => {
      const postponed = postpone(now);
      if (interrupted === null) return postponed;
      const { attempt, takenBack, recipients, after } = this.toProgress(now, interrupted);
      return {
        ...postponed,
        attempt: attempt && { ...attempt, outcome: attemptOutcome(interrupted.results, null) },
        takenBack,
        recipients,
        after,
      };
    };
    if (interrupted?.results.some(({ outcome }) => outcome === 'accepted') !== true) {
      await this.untilRecorded({ deliveryId: delivery.id, results: null }, () => this.write(delivery, decide));
      return;
    }
    await this.untilRecorded(interrupted, async () => {
      if (!(await this.write(delivery, decide))) await this.store.recordFacts(interrupted);
    });
  }

  /** Settles the open recipients without another try: the team is unknown, a document has changed, or the delivery kills its workers. */
  async giveUp(delivery: DeliveryInHand, failure: FailureReason): Promise<void> {
    await this.write(delivery, (now) => {
      const blamed = now.recipients.map((recipient) =>
        recipient.status === 'pending' && recipient.uncertainEnds === 0
          ? { ...recipient, reason: failure.code, reply: failure.reply }
          : recipient,
      );
      return toDecision(now, exhaust(blamed, 'platform', false), { triedRoute: null, failure });
    });
  }

  /** Moves the open recipients to the platform, because the team no longer uses its own server or that server can't be used for a while. */
  async leaveCustomRoute(delivery: DeliveryInHand, failure: FailureReason | null = null): Promise<void> {
    await this.write(delivery, (now) => toDecision(now, exhaust(now.recipients, 'custom', true), { triedRoute: null, failure }));
  }

  /**
   * Records results that an earlier process could not record. Safe to repeat, even while a running process records the same results.
   * Reports that can never be recorded are set aside. Returns the ids of the deliveries concerned. Throws while PostgreSQL is unavailable.
   */
  async replayJournal(): Promise<Set<string>> {
    const about = new Set<string>();
    for (const { id, report } of await this.journal.kept()) {
      if (this.unforgotten.has(id)) continue;
      if (!(await this.replay(id, report))) continue;
      await this.forget(id);
      about.add(report.deliveryId);
      this.logger.info({ deliveryId: report.deliveryId, step: 'replayed' }, 'recorded a result that an earlier process could not record');
    }
    return about;
  }

  private async replay(id: string, report: FactsReport): Promise<boolean> {
    try {
      const isKnown = await this.store.recordFacts(report);
      if (!isKnown) await this.journal.setAside(id, 'unknown_delivery', `there is no delivery ${report.deliveryId}`);
      return isKnown;
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      await this.journal.setAside(id, 'not_recordable', error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  /** Settles uncertain recipients as uncertain: the same bytes can't be made again, and other bytes would be another message. */
  async leaveDoubts(delivery: DeliveryInHand): Promise<void> {
    await this.write(delivery, (now) => {
      const after = now.recipients.map((recipient) =>
        recipient.status === 'pending' && recipient.uncertainEnds > 0 ? { ...recipient, status: 'uncertain' as const } : recipient,
      );
      const status = settledStatus(after.map((recipient) => recipient.status));
      const next = status === null ? { kind: 'wait' as const, afterMs: 0 } : { kind: 'settled' as const, status };
      return toDecision(now, { recipients: after, next }, { triedRoute: null, failure: null });
    });
  }

  /** Closes a try whose worker died between two transactions; the results of the first ones are recorded already. */
  async closeTry(delivery: DeliveryInHand, { attemptId, claimId, route, server, ageMs }: OpenTry): Promise<void> {
    const none = { stage: null, code: null, enhancedCode: null, reason: null, reply: null, tls: null };
    const attempt = {
      ...none,
      id: attemptId,
      claimId,
      route,
      server,
      number: 0,
      durationMs: ageMs,
      outcome: 'partial' as const,
      message: null,
    };
    await this.write(delivery, (now) => ({ ...recipientsOnly(now, now.recipients), attempt }));
  }

  private settlementOf(now: DeliveryState, report: TryReport, random: number): Settlement {
    const policy = { retryDelaysMs: this.env.RETRY_DELAYS, uncertainPolicy: this.env.UNCERTAIN_POLICY, fallback: report.fallback };
    return settleTry(now.recipients, { ...report, triesUsed: now.tries[report.route] + 1 }, policy, random);
  }

  private toProgress(now: DeliveryState, report: TryReport): Decision {
    const handedOver = report.results.some(({ outcome }) => outcome === 'accepted');
    return {
      ...recipientsOnly(now, applyLateResults(now.recipients, report)),
      attempt: handedOver ? toAttempt(report, null) : null,
      takenBack: handedOver ? null : report.attemptId,
    };
  }

  /**
   * Writes the decision directly if the state in memory is still current, otherwise decides again under a lock. Returns false if the claim
   * is lost.
   */
  private async write(delivery: DeliveryInHand, decide: (now: DeliveryState) => Decision): Promise<boolean> {
    const { id, claimId, revision } = delivery;
    const decision = decide(toState(delivery));
    const { isWritten, told } = await this.records.settle({ id, held: { claimId, revision }, ...decision });
    if (isWritten) {
      countDecision(decision, delivery);
      delivery.recipients = [...decision.after];
      if (told !== null) this.relay.tell(told, isUrgent(decision));
      return true;
    }
    const redecided = await this.store.redecide(delivery, decide);
    if (redecided === null) return false;
    countDecision(redecided.decision, delivery);
    if (isUrgent(redecided.decision)) this.relay.wake();
    delivery.recipients = [...redecided.decision.after];
    delivery.revision = redecided.revision;
    return true;
  }

  /**
   * Repeats `write` until it succeeds. Meanwhile the report is kept on disk, where a restart finds it. If the disk does not take it either,
   * it stays in memory, and both are tried until one works. The claim is kept all the time.
   */
  private async untilRecorded<T>(report: FactsReport | Fruitless, write: () => Promise<T>): Promise<T> {
    let journalled: string | null = null;
    return untilAnswers(
      async () => {
        const written = await write();
        if (journalled !== null) await this.forget(journalled);
        return written;
      },
      async (error) => {
        this.logger.warn({ deliveryId: report.deliveryId, step: 'record', err: error }, 'could not record a result yet');
        if (report.results === null && !isDatabaseAway(error)) throw error;
        journalled ??= await this.keep(report);
        // If there are no results, nothing is lost: the lease expires, and no try is counted.
        if (this.ended && (journalled !== null || !hasResults(report))) throw error;
      },
      WAITS,
    );
  }

  /**
   * If the bytes can't be kept, for example on a full disk, the next try composes the message again: the same bytes, unless the program or
   * the certificate has changed.
   */
  private async kept(delivery: DeliveryInHand, keepBytes: () => Promise<void>): Promise<void> {
    try {
      await keepBytes();
    } catch (error) {
      this.logger.warn(
        { deliveryId: delivery.id, step: 'keep-bytes', err: error },
        'the bytes of a message could not be kept for its next try',
      );
    }
  }

  private async keep(report: FactsReport | Fruitless): Promise<string | null> {
    if (!hasResults(report)) return null;
    try {
      return await this.journal.keep(report);
    } catch (error) {
      this.logger.error(
        { deliveryId: report.deliveryId, step: 'journal', err: error },
        'a result is neither in PostgreSQL nor in the journal yet',
      );
      return null;
    }
  }

  private async forget(journalled: string): Promise<void> {
    try {
      await this.journal.forget(journalled);
    } catch (error) {
      // The report is recorded, so it does no harm if the next start reads it again.
      this.unforgotten.add(journalled);
      this.logger.warn({ step: 'journal', err: error }, 'could not delete a recorded result from the journal');
    }
  }
}

/** Outcomes that raise an alert are published at once. A plain `sent` waits for the next sweep, and shares its job with many others. */
const isUrgent = ({ next, outcome }: Decision): boolean => outcome !== null && (next?.status !== 'sent' || next.usedFallback);

const toState = (delivery: DeliveryInHand): DeliveryState => ({
  ...delivery,
  status: 'sending',
  traceparent: currentTraceparent() ?? delivery.traceparent,
});

const hasResults = (report: FactsReport | Fruitless): report is FactsReport => report.results !== null && report.results.length > 0;

const isToBeRepeated = ({ kind }: Settlement['next']): boolean => kind === 'wait' || kind === 'held_up';

/**
 * Returns whether a server has seen a part of the message or accepted a recipient. If a limit ended the try before that, there is nothing
 * to record.
 */
const hasLeftTraces = ({ message, results }: TryReport): boolean =>
  message !== null || results.some(({ outcome }) => outcome !== 'refused');
