// Turns the data of a job into alerts: reads, decides and records the outcomes together, and sets those aside that can't be recorded.
import { Inject, Injectable } from '@nestjs/common';
import { type OutcomeEvent, readOutcomes, type UnreadableOutcome } from '@billing-mail/contracts';
import { beginSpan, isDatabaseAway, type Logger, type OpenSpan } from '@billing-mail/platform';
import { decideAlert } from '../alerts/alert-table.js';
import { type Alert } from '../alerts/alert.js';
import { LOGGER } from '../notification.tokens.js';
import { alertDelay, alertsRaised, alertsSent, outcomesTaken } from '../notification.metrics.js';
import { isValueRefused } from '../postgres/is-value-refused.js';
import { cleanTexts } from './clean-texts.js';
import { OutcomeStore } from './outcome.store.js';

/**
 * Begins a trace step for an alert and notes its context in the alert; the step ends when the alert is recorded. The outcomes of a group
 * belong to different traces.
 */
function stepped(event: OutcomeEvent, alert: Alert | null, steps: Map<string, OpenSpan>): Alert | null {
  if (alert === null || event.traceparent === undefined) return alert;
  const about = { parent: event.traceparent, teamId: alert.teamId, deliveryId: alert.deliveryId ?? undefined };
  const step = beginSpan('notify', 'consumer', about);
  if (step === null) return alert;
  steps.set(event.eventId, step);
  return { ...alert, traceparent: step.traceparent };
}

@Injectable()
export class RecordOutcomes {
  constructor(
    private readonly outcomes: OutcomeStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Records all outcomes of a job that can be recorded. It is safe to repeat.
   * @throws the error of PostgreSQL at once if it is unavailable; otherwise, after all other outcomes are recorded, the error of an outcome
   * that may be recorded later
   */
  async record(jobId: string, data: unknown): Promise<void> {
    const { events, unreadable } = readOutcomes(data);
    await this.keepRejected(jobId, unreadable);
    const readable = events.map(cleanTexts);
    if (readable.length === 0) return;
    try {
      await this.recordTogether(jobId, readable);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      await this.recordEach(jobId, readable);
    }
  }

  private async recordTogether(jobId: string, events: readonly OutcomeEvent[]): Promise<void> {
    const steps = new Map<string, OpenSpan>();
    const decided = events.map((event) => ({ event, alert: stepped(event, decideAlert(event), steps) }));
    const told = await this.outcomes.record(decided);
    const quiet = decided.filter(({ alert }) => alert === null).length;
    const repeated = decided.length - quiet - told.length;
    outcomesTaken.inc({ result: 'recorded' }, told.length + quiet);
    outcomesTaken.inc({ result: 'repeated' }, repeated);
    for (const { event, alert } of told) {
      steps.get(event.eventId)?.end();
      alertsRaised.inc({ type: alert.type });
      alertsSent.inc({ channel: 'inbox' });
      alertDelay.observe({ channel: 'inbox' }, Math.max(0, Date.now() - Date.parse(event.occurredAt)) / 1000);
      this.logger.info({ eventId: event.eventId, teamId: alert.teamId, verdict: alert.type, step: 'outcome' }, 'outcome told');
    }
    this.logger.info({ jobId, told: told.length, quiet, repeated, step: 'outcome' }, 'outcomes recorded');
  }

  /**
   * Records each outcome separately, because one of them can't be recorded and must not hold up the others. An outcome that PostgreSQL will
   * never accept is kept for a person to look at. Any other failure is a mistake in the program; the outcome is told once that is repaired.
   */
  private async recordEach(jobId: string, events: readonly OutcomeEvent[]): Promise<void> {
    const refused: UnreadableOutcome[] = [];
    const mistakes: unknown[] = [];
    for (const event of events) {
      try {
        await this.recordTogether(jobId, [event]);
      } catch (error) {
        if (isDatabaseAway(error)) throw error;
        if (isValueRefused(error)) refused.push({ data: event, errors: [{ pointer: '', message: String(error) }] });
        else mistakes.push(error);
      }
    }
    await this.keepRejected(jobId, refused);
    if (mistakes.length > 0) throw mistakes[0];
  }

  private async keepRejected(jobId: string, rejected: readonly UnreadableOutcome[]): Promise<void> {
    if (rejected.length === 0) return;
    await this.outcomes.reject(jobId, rejected);
    outcomesTaken.inc({ result: 'rejected' }, rejected.length);
    for (const { errors } of rejected) {
      this.logger.error(
        { jobId, fields: errors.map(({ pointer }) => pointer), step: 'outcome' },
        'an outcome could not be recorded and was set aside',
      );
    }
  }
}
