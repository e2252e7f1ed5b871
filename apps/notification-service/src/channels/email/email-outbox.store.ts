// The e-mails that are owed: claimed by one sender at a time, and never forgotten until sent, unwanted or given up.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Locale } from '@billing-mail/contracts';
import { DataSource } from 'typeorm';
import { type AlertParams, OPERATOR } from '../../alerts/alert.js';
import { NOTIFICATION_ENV, type NotificationEnv } from '../../notification.env.js';
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
  /** Sendings before this one of which nobody knows whether the server took them, and the date of the last of these. */
  doubts: number;
  doubtedAt: Date | null;
};

/** As with documents: a process that died holds its e-mails back no longer than this. One that lives renews its lease. */
const LEASE_SECONDS = 30;
export const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 3;

const MINUTE_MS = 60_000;
// Alerts are of use today: closer together at first. A relay or a block list is mended within days, and the inbox says meanwhile that the e-mail is missing.
const RETRY_AFTER_MS = [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);
const GIVE_UP_AFTER_HOURS = 48;

@Injectable()
export class EmailOutboxStore {
  constructor(
    private readonly database: DataSource,
    @Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv,
  ) {}

  /** Takes up to `limit` due e-mails that nobody holds. Address and language are those of this moment, so a corrected address helps. */
  async claim(limit: number): Promise<OwedEmail[]> {
    const claimId = randomUUID();
    const [claimed] = await this.database.query<[{ notificationId: string }[], number]>(
      `UPDATE notify.email_outbox
       SET claim_id = $1, leased_until = now() + make_interval(secs => $2), attempts = attempts + 1
       WHERE notification_id IN (
         SELECT notification_id FROM notify.email_outbox
         WHERE status = 'waiting' AND due_at <= now() AND (leased_until IS NULL OR leased_until < now())
         ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING notification_id AS "notificationId"`,
      [claimId, LEASE_SECONDS, limit],
    );
    if (claimed.length === 0) return [];
    return this.database.query<OwedEmail[]>(
      `SELECT o.claim_id AS "claimId", n.id AS "notificationId", n.team_id AS "teamId", o.attempts AS attempt, n.params, n.count,
              coalesce(p.locale, c.locale, t.locale, 'en') AS locale,
              CASE WHEN n.team_id = $2 THEN $3
                   -- Not known to belong to the team: whoever named the user may have made it up.
                   WHEN c.user_id IS NULL THEN NULL
                   WHEN p.user_id IS NULL THEN c.email
                   WHEN p.email IS NULL OR NOT p.email_channel THEN NULL
                   WHEN p.email = c.email THEN c.email
                   ELSE coalesce(p.confirmed_email, c.email) END AS address,
              o.doubts, o.released_at AS "doubtedAt"
       FROM notify.email_outbox o
       JOIN notify.notifications n ON n.id = o.notification_id
       LEFT JOIN notify.preferences p ON p.user_id = n.user_id
       LEFT JOIN notify.contacts c ON c.team_id = n.team_id AND c.user_id = n.user_id
       LEFT JOIN notify.teams t ON t.team_id = n.team_id
       WHERE o.claim_id = $1`,
      [claimId, OPERATOR.teamId, this.env.OPERATOR_ADDRESS ?? null],
    );
  }

  /** Extends the lease of all that is still held by this claim; says which these are. */
  async renew(claimId: string): Promise<string[]> {
    const [rows] = await this.database.query<[{ id: string }[], number]>(
      `UPDATE notify.email_outbox SET leased_until = now() + make_interval(secs => $2) WHERE claim_id = $1
       RETURNING notification_id AS id`,
      [claimId, LEASE_SECONDS],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The gate: commits that the end of data goes out, while the claim still holds. Whoever finds this without an answer later knows that
   * the server may have the e-mail.
   */
  async release(email: OwedEmail, date: Date): Promise<boolean> {
    const [rows] = await this.database.query<[unknown[], number]>(
      `UPDATE notify.email_outbox SET doubts = doubts + 1, released_at = $3
       WHERE notification_id = $1 AND claim_id = $2 AND leased_until > now() RETURNING notification_id`,
      [email.notificationId, email.claimId, date],
    );
    return rows.length > 0;
  }

  /**
   * It is sent. What was counted up meanwhile makes a digest due later. A yes that comes when the claim is lost counts as well, so that
   * whoever took the e-mail over is held at the gate.
   */
  async settleSent(email: OwedEmail): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox
       SET mailed_count = $3, mailed_at = now(), attempts = 0, failing_since = NULL, last_error = NULL, claim_id = NULL, leased_until = NULL,
           doubts = 0, released_at = NULL,
           status = CASE WHEN wanted_count > $3 THEN 'waiting' ELSE 'sent' END,
           due_at = now() + make_interval(mins => $4)
       WHERE notification_id = $1 AND (claim_id = $2 OR mailed_count < $3)`,
      [email.notificationId, email.claimId, email.count, DIGEST_EVERY_MINUTES],
    );
  }

  async settleUnwanted(email: OwedEmail): Promise<void> {
    await this.settleAs(email, 'unwanted');
  }

  /** Nobody will know whether it arrived, and it is not sent once more. */
  async settleUncertain(email: OwedEmail): Promise<void> {
    await this.settleAs(email, 'uncertain');
  }

  /**
   * It was not sent: says whether it waits for another try or is given up, because the address does not exist or because it fails for too
   * long. Doubts of earlier tries stay.
   */
  async settleRefused(email: OwedEmail, error: string, addressExists: boolean): Promise<EmailStatus> {
    const [rows] = await this.database.query<[{ status: EmailStatus }[], number]>(
      `UPDATE notify.email_outbox
       SET status = CASE WHEN NOT $4 THEN 'no_such_address'
                         WHEN failing_since < now() - make_interval(hours => $5) THEN 'gave_up' ELSE 'waiting' END,
           failing_since = coalesce(failing_since, now()), last_error = $3, due_at = now() + make_interval(secs => $6),
           doubts = $7, released_at = $8, claim_id = NULL, leased_until = NULL
       WHERE notification_id = $1 AND claim_id = $2
       RETURNING status`,
      [email.notificationId, email.claimId, error, addressExists, GIVE_UP_AFTER_HOURS, waitSeconds(email), email.doubts, email.doubtedAt],
    );
    // Without a row another process has taken it over, which waits then as well.
    return rows[0]?.status ?? 'waiting';
  }

  /** No answer came after the end of data, which `release` has written down: it is sent once more. */
  async settleDoubtful(email: OwedEmail, error: string): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox
       SET failing_since = coalesce(failing_since, now()), last_error = $3, due_at = now() + make_interval(secs => $4),
           claim_id = NULL, leased_until = NULL
       WHERE notification_id = $1 AND claim_id = $2`,
      [email.notificationId, email.claimId, error, waitSeconds(email)],
    );
  }

  private async settleAs(email: OwedEmail, status: EmailStatus): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox SET status = $3, attempts = 0, claim_id = NULL, leased_until = NULL
       WHERE notification_id = $1 AND claim_id = $2`,
      [email.notificationId, email.claimId, status],
    );
  }
}

const waitSeconds = ({ attempt }: OwedEmail): number => (RETRY_AFTER_MS[Math.min(attempt, RETRY_AFTER_MS.length) - 1] ?? MINUTE_MS) / 1000;
