// Stores the e-mails to send: one sender at a time claims an e-mail, and it waits until it is sent, unwanted or given up.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DAILY_DIGEST_HOUR, type Locale } from '@billing-mail/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { OPERATOR, teamMailbox } from '../../alerts/alert.js';
import { NOTIFICATION_ENV, type NotificationEnv } from '../../notification.env.js';
import { knownInTeam } from '../../people/people.store.js';
import { type LinkedAlert } from './alert-links.js';
import { DIGEST_EVERY_MINUTES } from './email.channel.js';

/**
 * `unwanted`: no address is known, or the user wants no e-mail. `gave_up`: the server refused it for too long. `uncertain`: nobody knows
 * whether the server accepted it, and it is not sent again.
 */
type EmailStatus = 'waiting' | 'sent' | 'unwanted' | 'no_such_address' | 'gave_up' | 'uncertain';

/** One notification of an e-mail; a digest has several. */
export type OwedPart = LinkedAlert & {
  notificationId: string;
  /** How many pieces of news the notification had when it was claimed; the e-mail covers these. More may arrive meanwhile. */
  wanted: number;
  traceparent: string | null;
};

/** An e-mail that this process may send until its lease runs out. */
export type OwedEmail = {
  claimId: string;
  userId: string;
  parts: OwedPart[];
  attempt: number;
  locale: Locale;
  /** `null`: no address is known, or the user wants no e-mail. */
  address: string | null;
  /** Whether the user is not known to belong to the team: whoever named the user may have made that up. */
  isForeign: boolean;
  /** How many earlier tries ended without a reply to the end of data, and the Date field of the last of them. */
  doubts: number;
  doubtedAt: Date | null;
  /** When the e-mail should have been sent. */
  owedSince: Date;
};

type OwedRow = Omit<OwedEmail, 'parts'> & OwedPart;

/**
 * Limit for each user. Nobody reads more, and somebody who causes alerts for a user must not be able to flood that user with e-mails.
 * Further alerts go out together in one e-mail.
 */
const EMAILS_AN_HOUR = 30;

/** As for documents: after a crash, other processes send the claimed e-mails once the lease has run out. A running process renews it. */
const LEASE_SECONDS = 30;
export const RENEW_EVERY_MS = (LEASE_SECONDS * 1000) / 3;

const MINUTE_MS = 60_000;
// Alerts matter today, so tries are close together at first. A relay or a block list is repaired within days; meanwhile the inbox says that
// the e-mail is missing.
const RETRY_AFTER_MS = [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);
const GIVE_UP_AFTER_HOURS = 48;

@Injectable()
export class EmailOutboxStore {
  constructor(
    private readonly database: DataSource,
    @Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv,
  ) {}

  /**
   * Claims up to `limit` due e-mails, one for each user. Address and language are read now, so that a corrected address helps. A claimed
   * e-mail that has an address counts towards the user's hourly limit, whatever becomes of it. One without an address does not count:
   * otherwise another team could use the limit up by naming the user in its settings.
   */
  async claim(limit: number): Promise<OwedEmail[]> {
    const claimId = randomUUID();
    return this.database.transaction(async (tx) => {
      // One process at a time, because two could both find room in a user's hourly limit.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('notify.email_outbox'))`);
      await gather(tx);
      await holdBack(tx);
      const claimed = await tx.query<unknown[]>(CLAIM, [claimId, LEASE_SECONDS, limit]);
      if (claimed.length === 0) return [];
      const emails = await this.claimedBy(tx, claimId);
      const counted = emails.flatMap(({ userId, address }) => (address === null ? [] : [userId]));
      await tx.query('INSERT INTO notify.email_times (user_id) SELECT unnest($1::text[])', [counted]);
      return emails;
    });
  }

  private async claimedBy(tx: EntityManager, claimId: string): Promise<OwedEmail[]> {
    const rows = await tx.query<OwedRow[]>(
      `SELECT o.claim_id AS "claimId", n.id AS "notificationId", n.user_id AS "userId", n.team_id AS "teamId", o.attempts AS attempt, n.params, n.count, o.wanted_count AS wanted,
              n.delivery_id AS "deliveryId", n.traceparent,
              coalesce(p.locale, c.locale, t.locale, 'en') AS locale,
              CASE WHEN n.team_id = $2 THEN $3
                   WHEN a.team_id IS NOT NULL THEN a.confirmed_email
                   WHEN NOT known."isMember" THEN NULL
                   WHEN p.user_id IS NULL THEN known.email
                   WHEN p.email IS NULL OR NOT p.email_channel OR n.type = ANY (p.muted_email) THEN NULL
                   WHEN p.email = known.email THEN known.email
                   ELSE coalesce(p.confirmed_email, known.email) END AS address,
              n.team_id <> $2 AND n.user_id <> format($4, n.team_id) AND NOT known."isMember" AS "isForeign",
              o.doubts, o.released_at AS "doubtedAt",
              coalesce(o.failing_since, o.due_at) AS "owedSince"
       FROM notify.email_outbox o
       JOIN notify.notifications n ON n.id = o.notification_id
       LEFT JOIN notify.preferences p ON p.user_id = n.user_id
       LEFT JOIN notify.contacts c ON c.team_id = n.team_id AND c.user_id = n.user_id
       ${knownInTeam('n.user_id', 'n.team_id')}
       LEFT JOIN notify.teams t ON t.team_id = n.team_id
       LEFT JOIN notify.team_alert_addresses a ON a.team_id = n.team_id AND n.user_id = format($4, n.team_id)
       WHERE o.claim_id = $1
       ORDER BY n.user_id, address, n.position`,
      [claimId, OPERATOR.teamId, this.env.OPERATOR_ADDRESS ?? null, teamMailbox('%s')],
    );
    return toEmails(rows);
  }

  /** Returns the number of overdue e-mails, and the age of the oldest in seconds. */
  async backlog(): Promise<{ count: number; oldest: number }> {
    const [row] = await this.database.query<{ count: number; oldest: number }[]>(
      `SELECT count(*)::int AS count, coalesce(extract(epoch FROM now() - min(coalesce(failing_since, due_at))), 0)::float AS oldest
       FROM notify.email_outbox WHERE status = 'waiting' AND coalesce(failing_since, due_at) <= now()`,
    );
    return row ?? { count: 0, oldest: 0 };
  }

  /** Extends the lease of all notifications that this claim still holds, and returns their ids. */
  async renew(claimId: string): Promise<string[]> {
    const [rows] = await this.database.query<[{ id: string }[], number]>(
      `UPDATE notify.email_outbox SET leased_until = now() + make_interval(secs => $2) WHERE claim_id = $1
       RETURNING notification_id AS id`,
      [claimId, LEASE_SECONDS],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The gate: commits that the end of data goes out, if the claim still holds, and returns whether it does. If there is no reply, a later
   * claim finds here that the server may have the e-mail. If the first server has refused, the call for the second one writes the same.
   */
  async release(email: OwedEmail, date: Date): Promise<boolean> {
    const [rows] = await this.database.query<[unknown[], number]>(
      `UPDATE notify.email_outbox SET doubts = $4, released_at = $3
       WHERE notification_id = ANY ($1) AND claim_id = $2 AND leased_until > now() RETURNING notification_id`,
      [idsOf(email), email.claimId, date, email.doubts + 1],
    );
    return rows.length === email.parts.length;
  }

  /**
   * Records that the e-mail was sent. News that arrived meanwhile is sent later, as a digest. This counts even if the claim is lost, so
   * that the process that has taken the e-mail over is stopped at the gate.
   */
  async settleSent(email: OwedEmail): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox
       SET mailed_count = part.wanted, mailed_at = now(), attempts = 0, failing_since = NULL, last_error = NULL, claim_id = NULL,
           leased_until = NULL, doubts = 0, released_at = NULL, in_digest = false,
           status = CASE WHEN wanted_count > part.wanted THEN 'waiting' ELSE 'sent' END,
           due_at = now() + make_interval(mins => $4)
       FROM unnest($1::uuid[], $3::int[]) AS part (id, wanted)
       WHERE notification_id = part.id AND (claim_id = $2 OR mailed_count < part.wanted)`,
      [idsOf(email), email.claimId, wantedOf(email), DIGEST_EVERY_MINUTES],
    );
  }

  /**
   * Records that the e-mail was not sent. Returns whether it waits for another try, or is given up because the address does not exist or
   * sending has failed for too long. If news arrived meanwhile, there is another try in any case. Doubts of earlier tries stay.
   */
  async settleRefused(email: OwedEmail, error: string, addressExists: boolean): Promise<EmailStatus> {
    const [rows] = await this.database.query<[{ status: EmailStatus }[], number]>(
      `UPDATE notify.email_outbox
       SET status = CASE WHEN wanted_count > part.wanted THEN 'waiting'
                         WHEN NOT $4 THEN 'no_such_address'
                         WHEN failing_since < now() - make_interval(hours => $5) THEN 'gave_up' ELSE 'waiting' END,
           failing_since = coalesce(failing_since, now()), last_error = $3, due_at = now() + make_interval(secs => $6),
           doubts = $7, released_at = $8, claim_id = NULL, leased_until = NULL
       FROM unnest($1::uuid[], $9::int[]) AS part (id, wanted)
       WHERE notification_id = part.id AND claim_id = $2
       RETURNING status`,
      [
        ...[idsOf(email), email.claimId, error, addressExists, GIVE_UP_AFTER_HOURS],
        ...[waitSeconds(email), email.doubts, email.doubtedAt, wantedOf(email)],
      ],
    );
    // No row: another process has taken the e-mail over, so it waits.
    return rows[0]?.status ?? 'waiting';
  }

  /**
   * Records that there was no reply to the end of data, and lets the e-mail be sent once more. `release` has recorded the doubt already.
   */
  async settleDoubtful(email: OwedEmail, error: string): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox
       SET failing_since = coalesce(failing_since, now()), last_error = $3, due_at = now() + make_interval(secs => $4),
           claim_id = NULL, leased_until = NULL
       WHERE notification_id = ANY ($1) AND claim_id = $2`,
      [idsOf(email), email.claimId, error, waitSeconds(email)],
    );
  }

  /** Ends the e-mail without another try. News that arrived meanwhile is sent in another e-mail, as after one that was sent. */
  async settleAs(email: OwedEmail, status: 'unwanted' | 'uncertain'): Promise<void> {
    await this.database.query(
      `UPDATE notify.email_outbox
       SET status = CASE WHEN wanted_count > part.wanted THEN 'waiting' ELSE $3 END, attempts = 0, claim_id = NULL, leased_until = NULL,
           doubts = 0, released_at = NULL, due_at = now() + make_interval(mins => $5)
       FROM unnest($1::uuid[], $4::int[]) AS part (id, wanted)
       WHERE notification_id = part.id AND claim_id = $2`,
      [idsOf(email), email.claimId, status, wantedOf(email), DIGEST_EVERY_MINUTES],
    );
  }
}

const idsOf = ({ parts }: OwedEmail): string[] => parts.map(({ notificationId }) => notificationId);
const wantedOf = ({ parts }: OwedEmail): number[] => parts.map(({ wanted }) => wanted);

/** Due alerts of users who want digests wait for the next full hour, or the hour of the daily digest, and then go out as one e-mail. */
async function gather(tx: EntityManager): Promise<void> {
  await tx.query(
    `UPDATE notify.email_outbox held SET in_digest = true, due_at = due.until
     FROM (SELECT o.notification_id,
                  CASE p.digest WHEN 'hour' THEN date_trunc('hour', now()) + interval '1 hour'
                       ELSE date_trunc('day', now() - make_interval(hours => $1), 'UTC') + make_interval(days => 1, hours => $1) END AS until
           FROM notify.email_outbox o
           JOIN notify.notifications n ON n.id = o.notification_id
           JOIN notify.preferences p ON p.user_id = n.user_id AND p.digest <> 'none'
           WHERE o.status = 'waiting' AND o.due_at <= now() AND NOT o.in_digest AND (o.leased_until IS NULL OR o.leased_until < now())
           FOR UPDATE OF o SKIP LOCKED) due
     WHERE held.notification_id = due.notification_id`,
    [DAILY_DIGEST_HOUR],
  );
}

/** Due alerts above the hourly limit wait until it has room again, and then go out as one e-mail. */
async function holdBack(tx: EntityManager): Promise<void> {
  await tx.query(`DELETE FROM notify.email_times WHERE claimed_at <= now() - interval '1 hour'`);
  await tx.query(
    `WITH spent AS (SELECT user_id, min(claimed_at) AS oldest FROM notify.email_times GROUP BY user_id HAVING count(*) >= $1)
     UPDATE notify.email_outbox held SET in_digest = true, due_at = due.until
     FROM (SELECT o.notification_id, spent.oldest + interval '1 hour' AS until
           FROM notify.email_outbox o
           JOIN notify.notifications n ON n.id = o.notification_id
           JOIN spent ON spent.user_id = n.user_id
           WHERE o.status = 'waiting' AND o.due_at <= now() AND (o.leased_until IS NULL OR o.leased_until < now())
           FOR UPDATE OF o SKIP LOCKED) due
     WHERE held.notification_id = due.notification_id`,
    [EMAILS_AN_HOUR],
  );
}

// Skips locked rows: a transaction that raises alerts may hold several of them, and waiting for these could deadlock.
const CLAIM = `
  WITH due AS (
    SELECT o.notification_id, o.due_at, o.in_digest, n.user_id
    FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
    WHERE o.status = 'waiting' AND o.due_at <= now() AND (o.leased_until IS NULL OR o.leased_until < now())
    ORDER BY o.due_at LIMIT 1000 FOR UPDATE OF o SKIP LOCKED),
  chosen AS (
    SELECT * FROM (SELECT DISTINCT ON (user_id) * FROM due ORDER BY user_id, due_at, notification_id) first ORDER BY due_at LIMIT $3),
  claimed AS (
    UPDATE notify.email_outbox o SET claim_id = $1, leased_until = now() + make_interval(secs => $2), attempts = attempts + 1
    FROM chosen, due
    WHERE o.notification_id = due.notification_id AND due.user_id = chosen.user_id
      AND (due.notification_id = chosen.notification_id OR (due.in_digest AND chosen.in_digest))
    RETURNING o.notification_id)
  SELECT notification_id FROM claimed`;

/** Makes one e-mail of all rows of the same user and address. Alerts of teams that the user is not known to belong to stay apart. */
function toEmails(rows: readonly OwedRow[]): OwedEmail[] {
  const emails = new Map<string, OwedEmail>();
  for (const { notificationId, teamId, params, count, wanted, deliveryId, traceparent, ...same } of rows) {
    const key = JSON.stringify([same.userId, same.address, same.isForeign]);
    const email = emails.get(key) ?? { ...same, parts: [] };
    email.parts.push({ notificationId, teamId, params, count, wanted, deliveryId, traceparent });
    // The e-mail has as many doubts as the notification with the most.
    if (same.doubts > email.doubts) Object.assign(email, { doubts: same.doubts, doubtedAt: same.doubtedAt });
    emails.set(key, { ...email, attempt: Math.max(email.attempt, same.attempt) });
  }
  return [...emails.values()];
}

const waitSeconds = ({ attempt }: OwedEmail): number => (RETRY_AFTER_MS[Math.min(attempt, RETRY_AFTER_MS.length) - 1] ?? MINUTE_MS) / 1000;
