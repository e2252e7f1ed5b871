// Handles each outcome once: everything that follows from it is written in the transaction that remembers its event id.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type OutcomeEvent, type UnreadableOutcome } from '@billing-mail/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { type Alert } from '../alerts/alert.js';
import { RaiseAlerts } from '../alerts/raise-alerts.js';
import { ContactStore } from '../preferences/contact.store.js';

/** An outcome with its alert; `null` if there is nothing to tell. */
export type DecidedOutcome = { event: OutcomeEvent; alert: Alert | null };
export type ToldOutcome = DecidedOutcome & { alert: Alert };

// Enough to see what arrived; an unreadable job may have any size.
const KEPT_PAYLOAD_CHARACTERS = 256 * 1024;

@Injectable()
export class OutcomeStore {
  constructor(
    private readonly database: DataSource,
    private readonly alerts: RaiseAlerts,
    private readonly contacts: ContactStore,
  ) {}

  /**
   * Commits everything that follows from the outcomes, with as many statements for a hundred as for one. Returns the outcomes that people
   * are told of now. An outcome that was told before, even by another process at the same time, is not told again. No event id is kept for
   * an outcome without an alert, because handling it twice does no harm: what it says about users and teams counts by its time, and each
   * webhook gets an event only once.
   */
  async record(outcomes: readonly DecidedOutcome[]): Promise<ToldOutcome[]> {
    const events = outcomes.map(({ event }) => event);
    const telling = outcomes.filter((outcome): outcome is ToldOutcome => outcome.alert !== null);
    if (telling.length === 0) {
      await this.contacts.learn(this.database.manager, events);
      await this.alerts.raise(this.database.manager, [], events);
      return [];
    }
    return this.database.transaction(async (tx) => {
      const unseen = await remember(tx, telling);
      await this.contacts.learn(tx, events);
      // Removes each id at its first match, so that an event that is in a group twice is told once.
      const told = telling.filter(({ event }) => unseen.delete(event.eventId.toLowerCase()));
      const alerts = told.map(({ alert }) => alert);
      await this.alerts.raise(tx, alerts, events);
      return told;
    });
  }

  /** Keeps outcomes that can't be read or recorded, each payload once. */
  async reject(jobId: string, rejected: readonly UnreadableOutcome[]): Promise<void> {
    const rows = rejected.map(({ data, errors }) => {
      const payload = JSON.stringify(data) ?? 'undefined';
      const hash = createHash('sha256').update(payload).digest('hex');
      return { payload_sha256: hash, job_id: jobId, payload: payload.slice(0, KEPT_PAYLOAD_CHARACTERS).toWellFormed(), errors };
    });
    await this.database.query(
      `INSERT INTO notify.rejected_outcomes (payload_sha256, job_id, payload, errors)
       SELECT payload_sha256, job_id, payload, errors
       FROM jsonb_to_recordset($1) AS rejected (payload_sha256 text, job_id text, payload text, errors jsonb)
       ORDER BY payload_sha256
       ON CONFLICT (payload_sha256) DO NOTHING`,
      [JSON.stringify(rows)],
    );
  }
}

/**
 * Remembers event ids. Returns the new ones, as PostgreSQL writes them. The insert waits for another transaction with the same id, so that
 * of two at once the second sees the commit of the first. The ids are in the same order everywhere, so that transactions can't deadlock.
 */
async function remember(tx: EntityManager, outcomes: readonly ToldOutcome[]): Promise<Set<string>> {
  const inserted = await tx.query<{ eventId: string }[]>(
    `INSERT INTO notify.processed_events (event_id) SELECT id FROM unnest($1::uuid[]) AS id ORDER BY id
     ON CONFLICT (event_id) DO NOTHING RETURNING event_id AS "eventId"`,
    [outcomes.map(({ event }) => event.eventId)],
  );
  return new Set(inserted.map(({ eventId }) => eventId));
}
