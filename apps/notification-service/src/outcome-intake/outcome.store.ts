// Acts on an outcome once: what follows from it is written in the same transaction that remembers its event id.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type FieldError, type OutcomeEvent } from '@billing-mail/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { AlertStore } from '../alerts/alert.store.js';
import { type Alert } from '../alerts/alert.js';
import { type Channel, CHANNELS } from '../channels/channel.js';
import { ContactStore } from '../preferences/contact.store.js';

// Enough to see what came; a job that can't be read may be of any size.
const KEPT_PAYLOAD_CHARACTERS = 256 * 1024;

@Injectable()
export class OutcomeStore {
  constructor(
    private readonly database: DataSource,
    private readonly alerts: AlertStore,
    private readonly contacts: ContactStore,
    @Inject(CHANNELS) private readonly channels: Channel[],
  ) {}

  /** Commits all that follows from the event; does nothing for an event id that was seen before, also by another process at the same time. */
  async record(event: OutcomeEvent, alert: Alert | null): Promise<'recorded' | 'repeated'> {
    return this.database.transaction(async (tx) => {
      if (!(await isFirst(tx, event.eventId))) return 'repeated';
      await this.contacts.learn(tx, event);
      if (alert !== null) {
        const raised = await this.alerts.raise(tx, alert);
        for (const channel of this.channels) await channel.accept(tx, raised);
      }
      return 'recorded';
    });
  }

  /** Keeps a job that can't be read. */
  async reject(jobId: string, data: unknown, errors: FieldError[]): Promise<void> {
    const payload = JSON.stringify(data) ?? 'undefined';
    await this.database.query(
      `INSERT INTO notify.rejected_outcomes (payload_sha256, job_id, payload, errors) VALUES ($1, $2, $3, $4)
       ON CONFLICT (payload_sha256) DO NOTHING`,
      [createHash('sha256').update(payload).digest('hex'), jobId, payload.slice(0, KEPT_PAYLOAD_CHARACTERS), JSON.stringify(errors)],
    );
  }
}

// The insert waits for a transaction that holds the same id, so of two at once one sees the other's commit.
async function isFirst(tx: EntityManager, eventId: string): Promise<boolean> {
  const inserted = await tx.query<unknown[]>(
    `INSERT INTO notify.processed_events (event_id) VALUES ($1) ON CONFLICT (event_id) DO NOTHING RETURNING event_id`,
    [eventId],
  );
  return inserted.length > 0;
}
