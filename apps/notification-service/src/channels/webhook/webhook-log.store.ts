// Lists the messages of a webhook with their tries, adds test events, and replays messages.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type WebhookMessageStatus, type WebhookMessageView, type WebhookReplay, type WebhookTryView } from '@billing-mail/contracts';
import { type Dated, Sql } from '@billing-mail/platform';
import { messageIdOf } from './message-id.js';
import { testContent } from './webhook-payload.js';

export type WebhookPlace = { teamId: string; webhookId: string };
export type LogPosition = { at: string; id: string };
type Row = Dated<Omit<WebhookMessageView, 'webhookMessageId' | 'tries'>, 'at' | 'nextTryAt'> & {
  eventId: string;
  tries: (Omit<WebhookTryView, 'at'> & { at: string })[];
};

/** How many of the latest tries are shown; a message that was replayed often has more. */
const MOST_TRIES = 20;

const VIEW = `
  SELECT m.id, m.event_id AS "eventId", m.type, m.delivery_id AS "deliveryId", m.document_number AS "documentNumber", m.occurred_at AS at, m.status,
    CASE WHEN m.status = 'waiting' THEN m.due_at END AS "nextTryAt",
    coalesce((SELECT json_agg(t ORDER BY t.number DESC) FROM (
      SELECT number, at, duration_ms AS "durationMs", status, trouble, answer FROM notify.webhook_tries
      WHERE message_id = m.id ORDER BY number DESC LIMIT ${MOST_TRIES}) t), '[]') AS tries
  FROM notify.webhook_messages m WHERE m.team_id = $1 AND m.webhook_id = $2`;

@Injectable()
export class WebhookLogStore {
  constructor(private readonly sql: Sql) {}

  /** Returns the messages, newest first, or `null` if the team has no such webhook. */
  async list(
    { teamId, webhookId }: WebhookPlace,
    { status, before, limit }: { status: WebhookMessageStatus | undefined; before: LogPosition | null; limit: number },
  ): Promise<WebhookMessageView[] | null> {
    if (!(await this.exists({ teamId, webhookId }))) return null;
    const rows = await this.sql.rows<Row>(
      `${VIEW} AND ($3::text IS NULL OR m.status = $3)
         AND ($4::timestamptz IS NULL OR (m.occurred_at, m.id) < ($4, $5::uuid))
       ORDER BY m.occurred_at DESC, m.id DESC LIMIT $6`,
      [teamId, webhookId, status ?? null, before?.at ?? null, before?.id ?? null, limit],
    );
    return rows.map(toView);
  }

  /** Adds a test event. Returns `off` if the webhook is switched off. */
  async test({ teamId, webhookId }: WebhookPlace): Promise<WebhookMessageView | 'off' | null> {
    const { eventId, type, occurredAt, body } = testContent(teamId, randomUUID(), new Date());
    return this.whileOn({ teamId, webhookId }, async (sql) => {
      const [added] = await sql.rows<{ id: string }>(
        `INSERT INTO notify.webhook_messages (webhook_id, event_id, team_id, type, occurred_at, body, status)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting') RETURNING id`,
        [webhookId, eventId, teamId, type, occurredAt, body],
      );
      return added === undefined ? null : viewOf(sql, { teamId, webhookId }, added.id);
    });
  }

  /** Starts the schedule of a message again, with the same id, so that a receiver recognises it. */
  async replay(place: WebhookPlace, messageId: string): Promise<WebhookMessageView | 'off' | null> {
    return this.whileOn(place, async (sql) => {
      await sql.affected(
        `UPDATE notify.webhook_messages SET status = 'waiting', failed = 0, due_at = now() WHERE team_id = $1 AND webhook_id = $2 AND id = $3`,
        [place.teamId, place.webhookId, messageId],
      );
      return viewOf(sql, place, messageId);
    });
  }

  /** Replays all messages of a period that were not delivered; with `delivered`, the delivered ones too. */
  async replayPeriod(place: WebhookPlace, { from, to, delivered }: WebhookReplay): Promise<number | 'off' | null> {
    return this.whileOn(place, (sql) =>
      sql.affected(
        `UPDATE notify.webhook_messages SET status = 'waiting', failed = 0, due_at = now()
         WHERE team_id = $1 AND webhook_id = $2 AND occurred_at >= $3 AND occurred_at < $4
           AND (status IN ('failed', 'missed') OR (status = 'delivered' AND $5))`,
        [place.teamId, place.webhookId, from, to, delivered],
      ),
    );
  }

  private async exists({ teamId, webhookId }: WebhookPlace): Promise<boolean> {
    const found = await this.sql.rows('SELECT FROM notify.webhooks WHERE team_id = $1 AND id = $2', [teamId, webhookId]);
    return found.length > 0;
  }

  /** Runs `work` under the lock of the webhook, so that switching it off at the same time does not miss the new messages. */
  private async whileOn<T>({ teamId, webhookId }: WebhookPlace, work: (sql: Sql) => Promise<T>): Promise<T | 'off' | null> {
    return this.sql.transaction(async (sql) => {
      const [webhook] = await sql.rows<{ isOff: boolean }>(
        `SELECT off_at IS NOT NULL AS "isOff" FROM notify.webhooks WHERE team_id = $1 AND id = $2 FOR NO KEY UPDATE`,
        [teamId, webhookId],
      );
      if (webhook === undefined) return null;
      return webhook.isOff ? 'off' : work(sql);
    });
  }
}

async function viewOf(sql: Sql, { teamId, webhookId }: WebhookPlace, messageId: string): Promise<WebhookMessageView | null> {
  const [row] = await sql.rows<Row>(`${VIEW} AND m.id = $3`, [teamId, webhookId, messageId]);
  return row === undefined ? null : toView(row);
}

const toView = ({ eventId, at, nextTryAt, tries, ...row }: Row): WebhookMessageView => ({
  ...row,
  webhookMessageId: messageIdOf(eventId),
  at: at.toISOString(),
  nextTryAt: nextTryAt?.toISOString() ?? null,
  tries: tries.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
});
