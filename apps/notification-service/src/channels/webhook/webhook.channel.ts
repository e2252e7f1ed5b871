import { Injectable } from '@nestjs/common';
import { Sql } from '@billing-mail/platform';
import { type EntityManager } from 'typeorm';
import { type Channel, type Told } from '../channel.js';
import { type WebhookContent, webhookContentOf } from './webhook-payload.js';

/** Tells a team's own programs: of outcomes as they are, whoever hears of them besides. */
@Injectable()
export class WebhookChannel implements Channel {
  /**
   * Owes what happened to those webhooks that ask for it, each event once however often it comes. Teams without one cost a look at an
   * index for a hundred events.
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

/** Adds messages for those webhooks of their teams that ask for them; in one order for all, so that two groups never wait crosswise. */
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
