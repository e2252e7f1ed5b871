// Outcomes to tell: written in the transaction that makes them true, told until the listener has acknowledged them.
import { Injectable } from '@nestjs/common';
import { type OutcomeEvent } from '@billing-mail/contracts';
import { Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

/** An outcome before it has its id and time. */
export type NewOutcome = OutcomeEvent extends infer Event
  ? Event extends OutcomeEvent
    ? Omit<Event, 'version' | 'eventId' | 'occurredAt'>
    : never
  : never;

/** Adds an outcome inside the caller's transaction. */
export async function addToOutbox(sql: Sql, outcome: NewOutcome): Promise<void> {
  const id = uuidv7();
  await sql.rows(
    `INSERT INTO dispatch.outbox (id, payload)
     VALUES ($1::uuid, $2::jsonb || jsonb_build_object('version', 1, 'eventId', $1::uuid, 'occurredAt', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))`,
    [id, JSON.stringify(outcome)],
  );
}

@Injectable()
export class OutboxStore {
  private readonly sql: Sql;

  constructor(dataSource: DataSource) {
    this.sql = new Sql(dataSource);
  }

  /** Outcomes that nobody has acknowledged, the oldest first; taken for `againAfterMs`, so that two relays do not do the same work. */
  async take(count: number, againAfterMs: number): Promise<OutcomeEvent[]> {
    const rows = await this.sql.rows<{ payload: OutcomeEvent }>(
      `WITH due AS (
         SELECT id FROM dispatch.outbox WHERE acknowledged_at IS NULL AND publish_at <= now() ORDER BY publish_at LIMIT $1 FOR UPDATE SKIP LOCKED
       )
       UPDATE dispatch.outbox o SET publish_at = now() + $2 * interval '1 millisecond' FROM due WHERE o.id = due.id RETURNING o.payload`,
      [count, againAfterMs],
    );
    return rows.map(({ payload }) => payload);
  }

  async acknowledge(eventIds: readonly string[]): Promise<void> {
    await this.sql.affected('UPDATE dispatch.outbox SET acknowledged_at = now() WHERE id = ANY($1::uuid[]) AND acknowledged_at IS NULL', [
      eventIds,
    ]);
  }
}
