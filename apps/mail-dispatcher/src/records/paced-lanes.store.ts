// Which dispatcher works on a lane whose server is held to limits, what it has sent, and what waits there.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type FailureReason, type TeamMailSettings } from '@billing-mail/contracts';
import { type PaceWindows, type SentBefore, type Size, type WaitingGroup } from '@billing-mail/mail-core';
import { Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';

export type PacedAccount = { lane: string; account: string };

type Server = NonNullable<TeamMailSettings['smtp']>;

/** Names whom a server counts for, without telling. */
export const accountOf = ({ host, port, auth }: Server): string =>
  createHash('sha256')
    .update(
      JSON.stringify([host, port, auth.type === 'oauth2' ? (auth.connection?.mailbox ?? null) : 'username' in auth ? auth.username : null]),
    )
    .digest('base64url');

const MOST_TOLD_AT_A_TIME = 1000;

@Injectable()
export class PacedLanesStore {
  private readonly sql: Sql;

  constructor(dataSource: DataSource) {
    this.sql = new Sql(dataSource);
  }

  /** Takes or keeps these lanes for a worker. Returns those that are its own; the others are another's, who gave a sign of life. */
  async hold(workerId: string, lanes: readonly string[], leaseMs: number): Promise<Set<string>> {
    const rows = await this.sql.rows<{ lane: string }>(
      `INSERT INTO dispatch.paced_lanes AS known (lane, held_by, held_until)
       SELECT lane, $1, now() + $3 * interval '1 millisecond' FROM unnest($2::text[]) AS lane ORDER BY lane
       ON CONFLICT (lane) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
       WHERE known.held_by = excluded.held_by OR known.held_until <= now()
       RETURNING lane`,
      [workerId, lanes, leaseMs],
    );
    return new Set(rows.map(({ lane }) => lane));
  }

  /** Leaves lanes to others; without `lanes` all that the worker holds. */
  async leave(workerId: string, lanes: readonly string[] | null = null): Promise<void> {
    await this.sql.affected('DELETE FROM dispatch.paced_lanes WHERE held_by = $1 AND ($2::text[] IS NULL OR lane = ANY($2))', [
      workerId,
      lanes,
    ]);
  }

  /** What was sent in the last day, the oldest first, and how long ago each minute ended. */
  async sent({ lane, account }: PacedAccount, { minuteMs, dayMs }: PaceWindows): Promise<SentBefore[]> {
    return this.sql.rows(
      `SELECT messages, recipients, greatest(0, extract(epoch FROM now() - began_at) * 1000 - $3)::float8 AS "agoMs"
       FROM dispatch.paced_sends WHERE lane = $1 AND account = $2 AND began_at >= now() - ($3 + $4) * interval '1 millisecond' ORDER BY began_at`,
      [lane, account, minuteMs, dayMs],
    );
  }

  /** Forgets what no limit counts any more. */
  async forgetSent(lanes: readonly string[], { minuteMs, dayMs }: PaceWindows): Promise<void> {
    await this.sql.affected(`DELETE FROM dispatch.paced_sends WHERE lane = ANY($1) AND began_at < now() - $2 * interval '1 millisecond'`, [
      lanes,
      minuteMs + dayMs,
    ]);
  }

  /** What waits in a lane, together what is due in the same minute; what waits for a limit is due now. */
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

  /** Says on what is due in a lane for which limit it waits, and puts it off where `afterMs` is not 0; the order stays. Returns on how many. */
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

  /** Notes a message before it is sent. */
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
