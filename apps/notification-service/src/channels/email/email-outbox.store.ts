// The e-mails that are owed: claimed by one sender at a time, and never forgotten until sent, unwanted or given up.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Locale } from '@billing-mail/contracts';
import { DataSource } from 'typeorm';
import { type AlertParams } from '../../alerts/alert.js';
import { DIGEST_EVERY_MINUTES } from './email.channel.js';
import { type EmailStatus } from './email-outbox.entity.js';

/** An e-mail that this process may send until its lease ends. */
export type OwedEmail = {
  claimId: string;
  notificationId: string;
  teamId: string;
  attempt: number;
  params: AlertParams;
  count: number;
  locale: Locale;
  /** `null`: no address is known, or the user wants no e-mail. */
  address: string | null;
};

// A sending takes seconds; a process that died holds its e-mails back no longer than this.
const LEASE_MINUTES = 5;
const MINUTE_MS = 60_000;
// Alerts are of use today: closer together at first, and not beyond a day.
const RETRY_AFTER_MS = [1, 5, 15, 30, 60].map((minutes) => minutes * MINUTE_MS);
const GIVE_UP_AFTER_HOURS = 24;

@Injectable()
export class EmailOutboxStore {
  constructor(private readonly database: DataSource) {}

  /** Takes up to `limit` due e-mails that nobody holds. Address and language are those of this moment, so a corrected address helps. */
  async claim(limit: number): Promise<OwedEmail[]> {
    const claimId = randomUUID();
    const [claimed] = await this.database.query<[{ notificationId: string }[], number]>(
      `UPDATE notify.email_outbox
       SET claim_id = $1, leased_until = now() + make_interval(mins => $2), attempts = attempts + 1
       WHERE notification_id IN (
         SELECT notification_id FROM notify.email_outbox
         WHERE status = 'waiting' AND due_at <= now() AND (leased_until IS NULL OR leased_until < now())
         ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING notification_id AS "notificationId"`,
      [claimId, LEASE_MINUTES, limit],
    );
    if (claimed.length === 0) return [];
    return this.database.query<OwedEmail[]>(
      `SELECT o.claim_id AS "claimId", n.id AS "notificationId", n.team_id AS "teamId", o.attempts AS attempt, n.params, n.count,
              coalesce(p.locale, c.locale, t.locale, 'en') AS locale,
              CASE WHEN p.user_id IS NULL THEN c.email WHEN p.email_channel THEN p.email END AS address
       FROM notify.email_outbox o
       JOIN notify.notifications n ON n.id = o.notification_id
       LEFT JOIN notify.preferences p ON p.user_id = n.user_id
       LEFT JOIN notify.contacts c ON c.team_id = n.team_id AND c.user_id = n.user_id
       LEFT JOIN notify.teams t ON t.team_id = n.team_id
       WHERE o.claim_id = $1`,
      [claimId],
    );
  }

  /** It is sent. What was counted up meanwhile makes a digest due later. */
  async settleSent(email: OwedEmail): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox
       SET mailed_count = $3, mailed_at = now(), attempts = 0, failing_since = NULL, last_error = NULL, claim_id = NULL, leased_until = NULL,
           status = CASE WHEN wanted_count > $3 THEN 'waiting' ELSE 'sent' END,
           due_at = now() + make_interval(mins => $4)
       WHERE notification_id = $1 AND claim_id = $2`,
      [email.notificationId, email.claimId, email.count, DIGEST_EVERY_MINUTES],
    );
  }

  async settleUnwanted(email: OwedEmail): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox SET status = 'unwanted', attempts = 0, claim_id = NULL, leased_until = NULL
       WHERE notification_id = $1 AND claim_id = $2`,
      [email.notificationId, email.claimId],
    );
  }

  /** It was not sent: says whether it waits for another try or was given up, at once (`isFinal`) or because it fails for too long. */
  async settleFailed(email: OwedEmail, error: string, isFinal: boolean): Promise<EmailStatus> {
    const waitMs = RETRY_AFTER_MS[Math.min(email.attempt, RETRY_AFTER_MS.length) - 1] ?? MINUTE_MS;
    const [rows] = await this.database.query<[{ status: EmailStatus }[], number]>(
      `UPDATE notify.email_outbox
       SET status = CASE WHEN $4 OR failing_since < now() - make_interval(hours => $5) THEN 'gave_up' ELSE 'waiting' END,
           failing_since = coalesce(failing_since, now()), last_error = $3, due_at = now() + make_interval(secs => $6),
           claim_id = NULL, leased_until = NULL
       WHERE notification_id = $1 AND claim_id = $2
       RETURNING status`,
      [email.notificationId, email.claimId, error, isFinal, GIVE_UP_AFTER_HOURS, waitMs / 1000],
    );
    // Without a row another process has taken it over, which waits then as well.
    return rows[0]?.status ?? 'waiting';
  }
}
