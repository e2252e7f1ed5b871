// Who works on what: a delivery is claimed by a conditional UPDATE with a lease on database time, and may be taken over once it ran out.
import { Injectable } from '@nestjs/common';
import { type DocumentReference, type RequestedBy, type Route } from '@billing-mail/contracts';
import { Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { type ClaimedDelivery, type Look } from './delivery-row.js';

export type ClaimRequest = {
  workerId: string;
  leaseMs: number;
  /** Deliveries wanted. */
  count: number;
  /** Most deliveries of one lane that this worker works on at a time: to the platform, to a team's own server, to one that fails. */
  room: { platform: number; custom: number; failing: number };
  /** Lanes that are tried gently. */
  failing: readonly string[];
  /** Lane of each delivery that this worker works on. */
  busy: readonly string[];
  /** Deliveries that this worker has in hand, whatever became of their lease. */
  inHand: readonly string[];
  /** Whether to take what another worker let run out. Not right after the database was away, when nobody could renew. */
  takeOver: boolean;
};

type Row = {
  id: string;
  claim_id: string;
  team_id: string;
  document: DocumentReference;
  requested_by: RequestedBy;
  subject: string;
  route: Route | null;
  used_fallback: boolean;
  custom_tries: number;
  platform_tries: number;
  look: Look | null;
  message_id: string | null;
  composed_at: Date | null;
  postponements: number;
  crashes: number;
  resend_of: string | null;
  lane: string;
};

@Injectable()
export class ClaimsStore {
  private readonly sql: Sql;

  constructor(dataSource: DataSource) {
    this.sql = new Sql(dataSource);
  }

  /**
   * Takes what is due, lane by lane in turn, so that a thousand invoices of one team do not hold up the one of another. A claim
   * that is due again had a worker that gave no sign of life: that counts as a crash.
   */
  async claimDue({ workerId, leaseMs, count, room, failing, busy, inHand, takeOver }: ClaimRequest): Promise<ClaimedDelivery[]> {
    const rows = await this.sql.rows<Row>(
      `WITH RECURSIVE
         -- every lane with open deliveries, by hopping through the index instead of reading all of it
         lanes AS (
           (SELECT lane FROM dispatch.deliveries WHERE settled_at IS NULL ORDER BY lane LIMIT 1)
           UNION ALL
           SELECT (SELECT d.lane FROM dispatch.deliveries d WHERE d.settled_at IS NULL AND d.lane > l.lane ORDER BY d.lane LIMIT 1)
           FROM lanes l WHERE l.lane IS NOT NULL
         ),
         busy AS (SELECT lane, count(*)::int AS count FROM unnest($4::text[]) AS lane GROUP BY lane),
         room AS (
           SELECT l.lane,
             CASE WHEN l.lane = ANY($5::text[]) THEN $6::int WHEN l.lane LIKE '%/platform' THEN $3::int ELSE $9::int END - coalesce(busy.count, 0) AS left_over
           FROM lanes l LEFT JOIN busy USING (lane) WHERE l.lane IS NOT NULL
         ),
         due AS (
           SELECT next.id, next.due_at, next.turn
           FROM room
           CROSS JOIN LATERAL (
             SELECT d.id, d.due_at, row_number() OVER (ORDER BY d.due_at) AS turn
             FROM dispatch.deliveries d
             WHERE d.lane = room.lane AND d.settled_at IS NULL AND d.due_at <= now() AND d.id <> ALL($7::uuid[]) AND (d.claim_id IS NULL OR $8)
             ORDER BY d.due_at
             LIMIT greatest(0, room.left_over)
           ) next
           ORDER BY next.turn, next.due_at
           LIMIT $2
         ),
         taken AS (
           SELECT d.id FROM dispatch.deliveries d JOIN due USING (id)
           WHERE d.settled_at IS NULL AND d.due_at <= now()
           FOR UPDATE OF d SKIP LOCKED
         )
       UPDATE dispatch.deliveries d
       SET claim_id = gen_random_uuid(), claimed_by = $1, status = 'sending', due_at = now() + $10 * interval '1 millisecond',
           crashes = d.crashes + (d.claim_id IS NOT NULL)::int
       FROM taken WHERE d.id = taken.id
       RETURNING d.id, d.claim_id, d.team_id, d.document, d.requested_by, d.subject, d.route, d.used_fallback, d.custom_tries, d.platform_tries,
                 d.look, d.message_id, d.composed_at, d.postponements, d.crashes, d.resend_of, d.lane`,
      [workerId, count, room.platform, busy, failing, room.failing, inHand, takeOver, room.custom, leaseMs],
    );
    return rows.map(toClaimed);
  }

  /** Says that the worker lives. Returns the claims that are still its own. */
  async renew(claimIds: readonly string[], leaseMs: number): Promise<Set<string>> {
    const rows = await this.sql.rows<{ claim_id: string }>(
      `UPDATE dispatch.deliveries SET due_at = now() + $2 * interval '1 millisecond'
       WHERE claim_id = ANY($1::uuid[]) AND settled_at IS NULL RETURNING claim_id`,
      [claimIds, leaseMs],
    );
    return new Set(rows.map((row) => row.claim_id));
  }

  /** Gives a delivery back untried, for a reason of ours: its tries stay whole. */
  async postpone(claim: { id: string; claimId: string }, afterMs: number): Promise<void> {
    await this.sql.affected(
      `UPDATE dispatch.deliveries
       SET claim_id = NULL, claimed_by = NULL, postponements = postponements + 1, crashes = 0, due_at = now() + $3 * interval '1 millisecond',
           status = CASE WHEN custom_tries + platform_tries = 0 THEN 'queued' ELSE 'waiting' END
       WHERE id = $1 AND claim_id = $2`,
      [claim.id, claim.claimId, afterMs],
    );
  }

  /** Teams with deliveries that wait for their own server. */
  async teamsWaitingForServer(): Promise<string[]> {
    const rows = await this.sql.rows<{ team_id: string }>(
      `SELECT DISTINCT team_id FROM dispatch.deliveries WHERE lane LIKE '%/custom' AND settled_at IS NULL AND claim_id IS NULL AND due_at > now() LIMIT 1000`,
    );
    return rows.map((row) => row.team_id);
  }

  /** Makes a team's deliveries due that wait for a custom server which has changed since their last try. Returns how many. */
  async hastenForServer(teamId: string, fingerprint: string): Promise<number> {
    return this.sql.affected(
      `UPDATE dispatch.deliveries SET due_at = now()
       WHERE team_id = $1 AND settled_at IS NULL AND claim_id IS NULL AND due_at > now() AND route = 'custom' AND server_fingerprint IS DISTINCT FROM $2`,
      [teamId, fingerprint],
    );
  }
}

function toClaimed(row: Row): ClaimedDelivery {
  return {
    id: row.id,
    claimId: row.claim_id,
    teamId: row.team_id,
    document: row.document,
    requestedBy: row.requested_by,
    subject: row.subject,
    route: row.route,
    usedFallback: row.used_fallback,
    tries: { custom: row.custom_tries, platform: row.platform_tries },
    look: row.look,
    messageId: row.message_id,
    composedAt: row.composed_at,
    postponements: row.postponements,
    crashes: row.crashes,
    lane: row.lane,
    isResend: row.resend_of !== null,
  };
}
