import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';
import { type EntityManager } from 'typeorm';
import { type Channel, type Told } from '../channel.js';
import { type WebhookContent, webhookContentOf } from './webhook-payload.js';

/** Tells a team's own programs about outcomes, whether or not people are told. */
@Injectable()
export class WebhookChannel implements Channel {
  /**
   * Records messages for the webhooks that ask for these events, each event once, however often it arrives. For teams without a webhook
   * this costs one look-up for the whole group of events.
   */
  async accept(tx: EntityManager, { events }: Told): Promise<void> {
    const contents = events.map(webhookContentOf).filter((content) => content !== null);
    if (contents.length === 0) return;
    const sql = new Sql(tx);
    const teamIds = [...new Set(contents.map(({ teamId }) => teamId))];
    const rows = await sql.rows<{ teamId: string }>('SELECT DISTINCT team_id AS "teamId" FROM notify.webhooks WHERE team_id = ANY ($1)', [
      teamIds,
    ]);
    const asking = new Set(rows.map(({ teamId }) => teamId));
    const told = contents.filter(({ teamId }) => asking.has(teamId));
    if (told.length > 0) await owe(sql, told);
  }
}

/** Adds messages for the webhooks that ask for the events, always in the same order, so that two transactions can't deadlock. */
async function owe(sql: Sql, contents: readonly WebhookContent[]): Promise<void> {
  await sql.rows(
    `INSERT INTO notify.webhook_messages (webhook_id, event_id, team_id, type, delivery_id, document_number, occurred_at, body, traceparent, status)
     SELECT w.id, e."eventId", e."teamId", e.type, e."deliveryId", e."documentNumber", e."occurredAt", e.body, e.traceparent,
       CASE WHEN w.off_at IS NULL THEN 'waiting' ELSE 'missed' END
     FROM jsonb_to_recordset($1) AS e ("eventId" uuid, "teamId" text, type text, "deliveryId" text, "documentNumber" text,
                                       "occurredAt" timestamptz, body text, traceparent text)
     JOIN notify.webhooks w ON w.team_id = e."teamId" AND (w.types IS NULL OR e.type = ANY (w.types))
     ORDER BY w.id, e."eventId"
     ON CONFLICT (webhook_id, event_id) DO NOTHING`,
    [JSON.stringify(contents)],
  );
}
