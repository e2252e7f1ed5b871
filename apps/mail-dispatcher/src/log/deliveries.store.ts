// Reads the delivery log.
import { Injectable } from '@nestjs/common';
import {
  type AttemptView,
  type BounceClass,
  type DeliverySummary,
  type FailureCode,
  type FailureReason,
  type RecipientView,
  type ReportView,
  type Requester,
  type SendingAgain,
} from '@billing-mail/contracts';
import { type Dated, Sql } from '@billing-mail/platform';
import { BOUNCES_REMEMBERED } from '../records/bounces-remembered.js';
import { type AttachmentRow } from '../records/rows.js';
import { inUtc } from '../records/outbox.store.js';
import { conditionsOf, type DeliveryFilter } from './log-conditions.js';

export type DeliveryRecord = Dated<
  Omit<DeliverySummary, 'recipients' | 'recipientCount' | 'requestedBy' | 'failure'>,
  'createdAt' | 'settledAt' | 'nextTryAt'
> & { requestedBy: Requester; failure: FailureReason | null };

/** A delivery as its own page shows it. */
export type ShownRecord = DeliveryRecord & { resend: SendingAgain | null; sentAgain: SendingAgain | null };

/** A delivery as the log lists it, with its first recipients. */
export type ListedRecord = DeliveryRecord & Pick<DeliverySummary, 'recipients' | 'recipientCount'>;

export type RecipientRecord = Dated<Omit<RecipientView, 'explanation' | 'isAddressWrong'>, 'at' | 'bouncedBefore'> & {
  /** Why the recipient was refused. */
  reason: FailureCode | null;
  bounceClass: BounceClass | null;
  /** Whether the recipient was accepted after an earlier try of which nobody knows whether the server accepted the message. */
  isAfterDoubt: boolean;
};
export type ReportRecord = Dated<Omit<ReportView, 'explanation'>, 'at' | 'retryUntil'>;

// `signed` is an aggregate instead of an EXISTS, for which PostgreSQL might read all attempts in the table when it lists fifty deliveries.
const RECORD = `
  d.id, d.team_id AS "teamId", d.key, d.document, d.requested_by AS "requestedBy", d.subject, d.status, d.route, d.used_fallback AS "usedFallback",
  coalesce((SELECT bool_or(t.signed) FROM dispatch.attempts t WHERE t.delivery_id = d.id AND t.route = d.route), false) AS signed,
  d.message_ids ->> d.route AS "messageId", d.resend_of AS "resendOf",
  (SELECT a.id FROM dispatch.deliveries a WHERE a.resend_of = d.id ORDER BY a.created_at DESC LIMIT 1) AS "sentAgainAs",
  d.recipients_not_shown AS "recipientsNotShown", d.created_at AS "createdAt", d.settled_at AS "settledAt",
  CASE WHEN d.claim_id IS NULL THEN d.due_at END AS "nextTryAt", d.failure,
  (SELECT i.id FROM dispatch.incidents i WHERE i.id = d.incident_id AND i.opened_at IS NOT NULL) AS "incidentId",
  d.cancelled_by AS "cancelledBy",
  CASE WHEN d.received_at IS NOT NULL THEN jsonb_build_object('by', d.received_by, 'at', ${inUtc('d.received_at')}, 'note', d.received_note) END AS received`;

const sendingAgainBy = (copy: string): string =>
  `jsonb_build_object('by', ${copy}.requested_by ->> 'userId', 'at', ${inUtc(`${copy}.created_at`)}, 'note', ${copy}.resend_note)`;

@Injectable()
export class DeliveriesStore {
  constructor(private readonly sql: Sql) {}

  /** Newest first, by the clock of the database. */
  async list({ limit, recipients, ...filter }: DeliveryFilter & { limit: number; recipients: number }): Promise<ListedRecord[]> {
    const { where, values } = conditionsOf(filter);
    const [most, named] = [values.length + 1, values.length + 2];
    return this.sql.rows(
      `SELECT listed.*, r.recipients, r."recipientCount"
       FROM (SELECT ${RECORD} FROM dispatch.deliveries d WHERE ${where} ORDER BY d.created_at DESC, d.id DESC LIMIT $${most}) listed
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS "recipientCount",
           coalesce(json_agg(json_build_object('address', n.address, 'name', n.name, 'role', n.role) ORDER BY n.place) FILTER (WHERE n.place <= $${named}), '[]') AS recipients
         FROM (SELECT address, name, role, row_number() OVER (ORDER BY status IN ('rejected', 'bounced', 'uncertain') DESC, position) AS place
           FROM dispatch.recipients WHERE delivery_id = listed.id) n
       ) r ORDER BY listed."createdAt" DESC, listed.id DESC`,
      [...values, limit, recipients],
    );
  }

  async find(teamId: string, id: string): Promise<ShownRecord | null> {
    const [record] = await this.sql.rows<ShownRecord>(
      `SELECT ${RECORD}, CASE WHEN d.resend_of IS NOT NULL THEN ${sendingAgainBy('d')} END AS resend,
         (SELECT ${sendingAgainBy('a')} FROM dispatch.deliveries a WHERE a.resend_of = d.id ORDER BY a.created_at DESC LIMIT 1) AS "sentAgain"
       FROM dispatch.deliveries d WHERE d.team_id = $1 AND d.id = $2`,
      [teamId, id],
    );
    return record ?? null;
  }

  /** The texts and attachments of a delivery; `null` once they have been removed for their age. */
  async contentOf(id: string): Promise<{ text: string; html: string | null; attachments: AttachmentRow[] } | null> {
    const [content] = await this.sql.rows<{ text: string; html: string | null }>(
      'SELECT text, html FROM dispatch.contents WHERE delivery_id = $1',
      [id],
    );
    if (content === undefined) return null;
    const attachments = await this.sql.rows<AttachmentRow>(
      `SELECT filename, content_type AS "contentType", content_id AS "contentId", sha256, size::int AS size, ref
       FROM dispatch.attachments WHERE delivery_id = $1 ORDER BY position`,
      [id],
    );
    return { ...content, attachments };
  }

  /**
   * `bounceClass`: why the message came back, if it did. `bouncedBefore`: when another document to the address came back, while that is
   * remembered.
   */
  async recipientsOf(id: string): Promise<RecipientRecord[]> {
    return this.sql.rows(
      `SELECT r.address, r.name, r.role, r.status, r.route, r.reason, r.reply, r.at,
         CASE WHEN r.status = 'bounced' THEN (SELECT p.class FROM dispatch.reports p
           WHERE p.delivery_id = r.delivery_id AND p.position = r.position AND p.kind = 'bounced' ORDER BY p.id LIMIT 1) END AS "bounceClass",
         r.uncertain_ends > 0 AND r.status = 'accepted' AS "isAfterDoubt", b.bounced_at AS "bouncedBefore"
       FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id
       LEFT JOIN dispatch.bounced_addresses b ON b.team_id = d.team_id AND b.address = lower(r.address) AND b.delivery_id <> d.id
         AND b.bounced_at > now() - ${BOUNCES_REMEMBERED}
       WHERE r.delivery_id = $1 ORDER BY r.position`,
      [id],
    );
  }

  async reportsOf(id: string): Promise<ReportRecord[]> {
    return this.sql.rows(
      `SELECT p.kind, r.address AS recipient, p.class, p.permanent, p.status, p.diagnostic, p.reporter, p.retry_until AS "retryUntil", p.received_at AS at
       FROM dispatch.reports p LEFT JOIN dispatch.recipients r ON r.delivery_id = p.delivery_id AND r.position = p.position
       WHERE p.delivery_id = $1 ORDER BY p.id`,
      [id],
    );
  }

  async attemptsOf(id: string): Promise<Dated<AttemptView, 'startedAt'>[]> {
    return this.sql.rows(
      `SELECT number, route, started_at AS "startedAt", duration_ms AS "durationMs", outcome, stage, code, enhanced_code AS "enhancedCode", reply, server, tls, transcript
       FROM dispatch.attempts WHERE delivery_id = $1 ORDER BY number`,
      [id],
    );
  }
}
