// Stores which dispatcher sends by an account with limits and what was sent by the account, and reads what waits in its lanes.
import { Injectable } from '@nestjs/common';
import { type FailureReason } from '@billing-mail/contracts';
import { type PaceWindows, type SentBefore, type Size, type WaitingGroup } from '@billing-mail/mail-core';
import { Sql } from '@billing-mail/platform';

export type PacedAccount = { lane: string; account: string };

const MOST_TOLD_AT_A_TIME = 1000;

@Injectable()
export class PacedLanesStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Takes these accounts for a worker, or extends the worker's leases. Returns the accounts that the worker has now; others have the rest.
   */
  async hold(workerId: string, accounts: readonly string[], leaseMs: number): Promise<Set<string>> {
    const rows = await this.sql.rows<{ account: string }>(
      `INSERT INTO dispatch.paced_accounts AS known (account, held_by, held_until)
       SELECT account, $1, now() + $3 * interval '1 millisecond' FROM unnest($2::text[]) AS account ORDER BY account
       ON CONFLICT (account) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
       WHERE known.held_by = excluded.held_by OR known.held_until <= now()
       RETURNING account`,
      [workerId, accounts, leaseMs],
    );
    return new Set(rows.map(({ account }) => account));
  }

  /** Gives up these accounts; without `accounts`, all that the worker holds. */
  async leave(workerId: string, accounts: readonly string[] | null = null): Promise<void> {
    await this.sql.affected('DELETE FROM dispatch.paced_accounts WHERE held_by = $1 AND ($2::text[] IS NULL OR account = ANY($2))', [
      workerId,
      accounts,
    ]);
  }

  /**
   * Returns what any team has sent by an account in the last day, oldest first: the sums for each minute, and how long ago that minute
   * ended.
   */
  async sent(account: string, { minuteMs, dayMs }: PaceWindows): Promise<SentBefore[]> {
    return this.sql.rows(
      `SELECT sum(messages)::int AS messages, sum(recipients)::int AS recipients,
         greatest(0, extract(epoch FROM now() - began_at) * 1000 - $2)::float8 AS "agoMs"
       FROM dispatch.paced_sends WHERE account = $1 AND began_at >= now() - ($2 + $3) * interval '1 millisecond' GROUP BY began_at ORDER BY began_at`,
      [account, minuteMs, dayMs],
    );
  }

  /** Returns whether a lane has sent by the account within the longest window of a limit. */
  async hasSent({ lane, account }: PacedAccount, { minuteMs, dayMs }: PaceWindows): Promise<boolean> {
    const rows = await this.sql.rows(
      `SELECT FROM dispatch.paced_sends WHERE lane = $1 AND account = $2 AND began_at >= now() - $3 * interval '1 millisecond' LIMIT 1`,
      [lane, account, minuteMs + dayMs],
    );
    return rows.length > 0;
  }

  /** Moves the counts of what a lane has sent from one account to another. */
  async countFor(lane: string, from: string, to: string): Promise<void> {
    await this.sql.rows(
      `WITH moved AS (DELETE FROM dispatch.paced_sends WHERE lane = $1 AND account = $2 RETURNING began_at, messages, recipients)
       INSERT INTO dispatch.paced_sends AS known (lane, account, began_at, messages, recipients)
       SELECT $1, $3, began_at, messages, recipients FROM moved ORDER BY began_at
       ON CONFLICT (lane, account, began_at) DO UPDATE
       SET messages = known.messages + excluded.messages, recipients = known.recipients + excluded.recipients`,
      [lane, from, to],
    );
  }

  /** Deletes counts that no limit needs any more. */
  async forgetSent(accounts: readonly string[], { minuteMs, dayMs }: PaceWindows): Promise<void> {
    await this.sql.affected(
      `DELETE FROM dispatch.paced_sends WHERE account = ANY($1) AND began_at < now() - $2 * interval '1 millisecond'`,
      [accounts, minuteMs + dayMs],
    );
  }

  /**
   * Returns the unclaimed deliveries of a lane, grouped by the minute in which they are due. Deliveries that wait for a limit count as due
   * now.
   */
  async waiting(lane: string, mostRecipients: number, { minuteMs }: PaceWindows): Promise<WaitingGroup[]> {
    return this.sql.rows(
      `SELECT "dueInMs", count(*)::int AS deliveries, sum(ceil(recipients / $2::float8))::int AS messages, sum(recipients)::int AS recipients
       FROM (
         SELECT count(r.position)::int AS recipients, CASE WHEN d.failure ->> 'code' = 'sending_limit' THEN 0
             ELSE greatest(0, ceil(extract(epoch FROM d.due_at - now()) * 1000 / $3::float8) * $3::float8) END::float8 AS "dueInMs"
         FROM dispatch.deliveries d LEFT JOIN dispatch.recipients r ON r.delivery_id = d.id AND r.status = 'pending'
         WHERE d.lane = $1 AND d.settled_at IS NULL AND d.claim_id IS NULL GROUP BY d.id
       ) waiting GROUP BY "dueInMs"`,
      [lane, mostRecipients, minuteMs],
    );
  }

  /**
   * Records in the due deliveries of a lane which limit they wait for. If `afterMs` is not 0, also postpones them by that time and keeps
   * their order. Returns how many deliveries were changed.
   */
  async tellWaiting(lane: string, limit: NonNullable<FailureReason['limit']>, fingerprint: string, afterMs: number): Promise<number> {
    const failure: FailureReason = { code: 'sending_limit', server: null, reply: null, limit };
    return this.sql.affected(
      `UPDATE dispatch.deliveries d
       SET failure = $2::jsonb, server_fingerprint = $3,
         due_at = CASE WHEN $4::float8 = 0 THEN d.due_at ELSE now() + $4::float8 * interval '1 millisecond' - (now() - d.due_at) / 1000 END
       FROM (
         SELECT id FROM dispatch.deliveries
         WHERE lane = $1 AND settled_at IS NULL AND claim_id IS NULL AND due_at <= now()
           AND ($4::float8 > 0 OR failure ->> 'code' IS DISTINCT FROM 'sending_limit')
         ORDER BY due_at LIMIT ${MOST_TOLD_AT_A_TIME} FOR UPDATE SKIP LOCKED
       ) waiting WHERE d.id = waiting.id`,
      [lane, JSON.stringify(failure), fingerprint, afterMs],
    );
  }

  /** Counts messages and their recipients; called before they are sent. */
  async count({ lane, account }: PacedAccount, { messages, recipients }: Size, minuteMs: number): Promise<void> {
    await this.sql.rows(
      `INSERT INTO dispatch.paced_sends AS known (lane, account, began_at, messages, recipients)
       VALUES ($1, $2, to_timestamp(floor(extract(epoch FROM now()) * 1000 / $5::float8) * $5::float8 / 1000), $3, $4)
       ON CONFLICT (lane, account, began_at) DO UPDATE
       SET messages = known.messages + excluded.messages, recipients = known.recipients + excluded.recipients`,
      [lane, account, messages, recipients, minuteMs],
    );
  }
}
