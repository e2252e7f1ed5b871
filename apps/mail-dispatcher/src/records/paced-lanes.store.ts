// Which dispatcher works on a lane whose server is held to limits, and what it has sent.
import { Injectable } from '@nestjs/common';
import { type FailureReason } from '@billing-mail/contracts';
import { type PaceWindows, type Size } from '@billing-mail/mail-core';
import { Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';

export type PacedAccount = { lane: string; account: string };

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

  /** What was sent in the last day, the oldest first, and how long ago each minute ended. Forgets what is older. */
  async sent({ lane, account }: PacedAccount, { minuteMs, dayMs }: PaceWindows): Promise<(Size & { agoMs: number })[]> {
    await this.sql.affected(`DELETE FROM dispatch.paced_sends WHERE lane = $1 AND began_at < now() - $2 * interval '1 millisecond'`, [
      lane,
      dayMs + minuteMs,
    ]);
    return this.sql.rows(
      `SELECT messages, recipients, greatest(0, extract(epoch FROM now() - began_at) * 1000 - $3)::float8 AS "agoMs"
       FROM dispatch.paced_sends WHERE lane = $1 AND account = $2 ORDER BY began_at`,
      [lane, account, minuteMs],
    );
  }

  /** Says on what is due in a lane for which limit it waits, and puts it off where `afterMs` is not 0; the order stays. */
  async tellWaiting(lane: string, limit: NonNullable<FailureReason['limit']>, fingerprint: string, afterMs: number): Promise<void> {
    const failure: FailureReason = { code: 'sending_limit', server: null, reply: null, limit };
    await this.sql.affected(
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
