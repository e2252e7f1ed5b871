// Stores the messages to send to webhooks: one sender at a time claims a message and settles it under that claim.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type WebhookMessageStatus, type WebhookOffReason } from '@billing-mail/contracts';
import { CredentialBox, Sql, webhookKeysContext } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { decideIncident, webhookOff } from '../../alerts/kinds/incidents.js';
import { RaiseAlerts } from '../../alerts/raise-alerts.js';
import { type WebhookAnswer } from './post-webhook.js';
import { fromText, type WebhookKeys } from './webhook-keys.js';
import { OFF_AFTER_DAYS, waitAfter } from './webhook-schedule.js';

/** A message that this process may send until its lease runs out. */
export type OwedMessage = {
  id: string;
  claimId: string;
  webhookId: string;
  eventId: string;
  teamId: string;
  url: string;
  body: string;
  traceparent: string | null;
  /** Failed tries since the schedule began or was started again. */
  failed: number;
  sealedKeys: string[];
};

/**
 * Which webhooks to claim for: healthy ones, or those that fail or are slow. The latter have places of their own, so that they do not delay
 * the others.
 */
export type WebhookLane = { isTroubled: boolean; ofEach: number };

/** After a crash, other processes send the claimed messages once this time has passed. A try takes much less. */
const LEASE_SECONDS = 60;
/** A receiver that takes longer for a successful response is slow. */
const SLOW_MS = 3000;
const HELD_SECONDS = 60;

type State = { url: string; admins: string[]; isOff: boolean; isFailing: boolean; isOver: boolean; slow: boolean };

@Injectable()
export class WebhookOutboxStore {
  constructor(
    private readonly database: DataSource,
    private readonly box: CredentialBox,
    private readonly alerts: RaiseAlerts,
  ) {}

  /** Claims up to `limit` due messages. @param busy webhooks with messages in work, which get no further ones meanwhile */
  async claim(limit: number, busy: readonly string[], lane: WebhookLane): Promise<OwedMessage[]> {
    const sql = new Sql(this.database);
    const claimId = randomUUID();
    const claimed = await sql.rows<Omit<OwedMessage, 'claimId' | 'sealedKeys'>>(CLAIM, [
      ...[claimId, limit, lane.ofEach, lane.isTroubled, busy, LEASE_SECONDS],
    ]);
    if (claimed.length === 0) return [];
    const keys = await sql.rows<{ webhookId: string; sealed: string }>(
      `SELECT webhook_id AS "webhookId", sealed FROM notify.webhook_keys
       WHERE webhook_id = ANY ($1) AND (ends_at IS NULL OR ends_at > now()) ORDER BY ends_at DESC NULLS FIRST`,
      [claimed.map(({ webhookId }) => webhookId)],
    );
    return claimed.map((message) => ({
      ...message,
      claimId,
      sealedKeys: keys.filter(({ webhookId }) => webhookId === message.webhookId).map(({ sealed }) => sealed),
    }));
  }

  /** Opens the keys of the webhook. @throws SealError if NOTIFICATION_SECRET_KEYS lacks the key with which they are sealed */
  openKeys({ teamId, webhookId, url, sealedKeys }: OwedMessage): WebhookKeys[] {
    return sealedKeys.map((sealed) => fromText(this.box.open(sealed, webhookKeysContext(teamId, webhookId, url))));
  }

  /** Gives a message back because of a trouble on our side. That does not count as a try. */
  async giveBack({ id, claimId }: OwedMessage): Promise<void> {
    await new Sql(this.database).affected(
      `UPDATE notify.webhook_messages SET claim_id = NULL, leased_until = NULL, due_at = now() + make_interval(secs => $3)
       WHERE id = $1 AND claim_id = $2`,
      [id, claimId, HELD_SECONDS],
    );
  }

  /**
   * Records a try and what follows from it. A success counts even if the claim is lost; any other result is then left to the process that
   * has the message now. Returns `null` if there is nothing to record any more.
   */
  async settle(message: OwedMessage, answer: WebhookAnswer, durationMs: number): Promise<WebhookMessageStatus | 'off' | null> {
    return this.database.transaction(async (tx) => {
      const sql = new Sql(tx);
      // Locks the webhook before its messages, as all code does that needs both.
      const state = await lock(sql, message.webhookId);
      if (state === null) return null;
      const isYes = answer.kind === 'answered' && answer.status >= 200 && answer.status <= 299;
      const waitMs = isYes ? null : waitAfter(message.failed + 1, answer.askedMs, Math.random());
      const status = isYes ? 'delivered' : state.isOff ? 'missed' : waitMs === null ? 'failed' : 'waiting';
      if (!(await writeTry(sql, message, { status, waitMs, isYes, answer, durationMs }))) return null;
      if (isYes) await noteYes(sql, message.webhookId, state, durationMs > SLOW_MS);
      if (isYes || state.isOff) return status;
      const reason = offReasonOf(answer, state);
      if (reason === null) {
        if (!state.isFailing) await sql.affected('UPDATE notify.webhooks SET failing_since = now() WHERE id = $1', [message.webhookId]);
        return status;
      }
      await switchOff(sql, message.webhookId, reason);
      await this.alerts.raise(tx, [decideIncident(webhookOff, { ...message, admins: state.admins, reason })]);
      return 'off';
    });
  }
}

/** Returns why to switch the webhook off, or `null`. With 410 Gone (RFC 9110, 15.5.11) the receiver is gone for good. */
function offReasonOf(answer: WebhookAnswer, { isOver }: State): WebhookOffReason | null {
  if (answer.kind === 'answered' && answer.status === 410) return 'gone';
  return isOver ? 'failing' : null;
}

// Looks at each webhook separately, so that one with a hundred thousand messages does not hide those of others.
const CLAIM = `
  WITH chosen AS (
    SELECT due.id FROM notify.webhooks w
    CROSS JOIN LATERAL (
      SELECT m.id, m.due_at FROM notify.webhook_messages m
      WHERE m.webhook_id = w.id AND m.status = 'waiting' AND m.due_at <= now() AND (m.leased_until IS NULL OR m.leased_until < now())
      ORDER BY m.due_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
    WHERE w.off_at IS NULL AND (w.slow OR w.failing_since IS NOT NULL) = $4 AND w.id <> ALL ($5::uuid[])
    ORDER BY due.due_at LIMIT $2),
  claimed AS (
    UPDATE notify.webhook_messages m SET claim_id = $1, leased_until = now() + make_interval(secs => $6)
    FROM chosen WHERE m.id = chosen.id
    RETURNING m.id, m.webhook_id, m.event_id, m.team_id, m.body, m.traceparent, m.failed)
  SELECT c.id, c.webhook_id AS "webhookId", c.event_id AS "eventId", c.team_id AS "teamId", c.body, c.traceparent, c.failed, w.url
  FROM claimed c JOIN notify.webhooks w ON w.id = c.webhook_id`;

async function lock(sql: Sql, webhookId: string): Promise<State | null> {
  const [state] = await sql.rows<State>(
    `SELECT url, admins, slow, off_at IS NOT NULL AS "isOff", failing_since IS NOT NULL AS "isFailing",
       coalesce(failing_since < now() - make_interval(days => $2), false) AS "isOver"
     FROM notify.webhooks WHERE id = $1 FOR NO KEY UPDATE`,
    [webhookId, OFF_AFTER_DAYS],
  );
  return state ?? null;
}

type Try = { status: WebhookMessageStatus; waitMs: number | null; isYes: boolean; answer: WebhookAnswer; durationMs: number };

async function writeTry(sql: Sql, { id, claimId }: OwedMessage, { status, waitMs, isYes, answer, durationMs }: Try): Promise<boolean> {
  const rows = await sql.rows(
    `WITH settled AS (
       UPDATE notify.webhook_messages
       SET status = $3, due_at = now() + coalesce($4::float8, 0) * interval '1 millisecond', failed = failed + (NOT $5)::int, tries = tries + 1,
         claim_id = NULL, leased_until = NULL
       WHERE id = $1 AND (claim_id = $2 OR ($5 AND status <> 'delivered')) RETURNING id, tries)
     INSERT INTO notify.webhook_tries (message_id, number, at, duration_ms, status, trouble, answer)
     SELECT id, tries, now() - $6::float8 * interval '1 millisecond', $6::float8::int, $7::int, $8::text, $9::text FROM settled RETURNING number`,
    [
      ...[id, claimId, status, waitMs, isYes, durationMs],
      ...(answer.kind === 'answered' ? [answer.status, null, answer.answer] : [null, answer.trouble, null]),
    ],
  );
  return rows.length > 0;
}

async function noteYes(sql: Sql, webhookId: string, { isFailing, slow }: State, isSlow: boolean): Promise<void> {
  if (isFailing || slow !== isSlow)
    await sql.affected('UPDATE notify.webhooks SET failing_since = NULL, slow = $2 WHERE id = $1', [webhookId, isSlow]);
}

async function switchOff(sql: Sql, webhookId: string, reason: WebhookOffReason): Promise<void> {
  await sql.affected(
    'UPDATE notify.webhooks SET off_at = now(), off_reason = $2, failing_since = coalesce(failing_since, now()) WHERE id = $1',
    [webhookId, reason],
  );
  await sql.affected(
    `UPDATE notify.webhook_messages SET status = 'missed', claim_id = NULL, leased_until = NULL WHERE webhook_id = $1 AND status = 'waiting'`,
    [webhookId],
  );
}
